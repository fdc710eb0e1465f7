#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sh tests/contract/trim.sh DOCUMENT CONNECTOR... [/PATH...] >specs/VENDOR.json
# sh tests/contract/trim.sh --writes DOCUMENT /PATH... >specs/VENDOR-writes.json
# Cuts a vendor's OpenAPI document down to the reading of the paths that the
# connectors ask for (and of those named besides, as the document writes
# them), with every component that these reach.  Names in braces may differ.
set -eu

writes=false
if [ "$1" = --writes ]; then
	writes=true
	shift
fi
document=$1
shift
for word; do
	case $word in
	/*) echo "$word" ;;
	*) sed -nE 's,^ *(path|one): *"?(/[^ ",]*).*,\2,p' "$word" ;;
	esac
done | sort -u | jq -R . | jq -s . |
	jq -c --slurpfile document "$document" --argjson writes $writes '
def plain: gsub("\\{[^}]*\\}"; "{}") | ascii_downcase;
# The pointers that a value refers to, as paths of jq.
def pointers:
	[.. | objects | .["$ref"]? | strings | select(startswith("#/"))
	| ltrimstr("#/") | split("/")
	| map(gsub("~1"; "/") | gsub("~0"; "~"))] | unique;
def reach($all; $seen; $next):
	if $next == [] then $seen
	else ($seen + $next) as $seen
	| reach($all; $seen; [$next[] as $p | $all | getpath($p) | pointers[]]
		| unique - $seen)
	end;
def record($paths; $path):
	$paths[$path | sub("/\\{[^}]*\\}$"; "")].post.requestBody.content?
	["application/json"].schema.items? // null;
def listed: {items: ., properties: ({record_count: "integer",
	page_no: "integer", page_size: "integer", include_children: "boolean"}
	| map_values({type: .})), additionalProperties: {type: "array", items: .}};
def answered($paths; $path):
	record($paths; $path) as $record
	| if .get == null or $record == null or (.get.responses["200"] | has("content")) then .
	else .get.responses["200"].content = {"application/json": {schema:
		($record | if $path | endswith("}") then . else listed end)}} end;
# Autotask declares one record as the answer to a query for many.
def queried($path):
	.get.responses["200"].schema? as $record
	| if $record == null or ($path | endswith("/query") | not) then .
	else .get.responses["200"].schema = {type: "object",
		required: ["items", "pageDetails"], properties: {
		items: {type: "array", items: $record},
		pageDetails: {type: "object"}}} end;
# The document knows a path by the names in it, or else as one of a kind.
def known($keys): . as $wanted
	| [$keys[] | select(plain == ($wanted | plain))]
	| if . != [] then . else [$keys[] | select(. as $key | $wanted | test("^"
		+ ($key | gsub("\\{[^}]*\\}"; "[^/]+")) + "$"; "i"))] end;
$document[0] as $all
| ($all.paths | keys) as $keys
| map(known($keys)[]) as $wanted
| ($all.paths | with_entries(select(.key | IN($wanted[]))
	| .key as $path | .value |= (if $writes then
		with_entries(select(.key == "post" or .key == "parameters"))
		else queried($path) | answered($document[0].paths; $path)
		| del(.put, .patch, .delete, .head, .options)
		| if .get then del(.post, .get.description) else . end end))) as $paths
| reach($all; []; $paths | pointers) as $kept
| $all + {paths: $paths} | del(.components, .definitions)
| reduce $kept[] as $p (.; setpath($p; $all | getpath($p)))
| if $all.components.securitySchemes
	then .components.securitySchemes = $all.components.securitySchemes
	else . end
# Autotask has the names of members in another spelling, and no nulls.
| if .definitions then .definitions |= map_values(
	if .properties then .properties |= with_entries(
		.key |= (sub("^(?<a>[A-Z]+)(?=[A-Z][a-z]|$)"; .a | ascii_downcase)
			| sub("^(?<a>[A-Z])"; .a | ascii_downcase))
		| if .value.type then .value["x-nullable"] = true else . end)
	else . end) else . end
# What its users may do is an object without members there.
| if .definitions.RestUserAccessLevel then .definitions.RestUserAccessLevel =
	{type: "string", enum: ["None", "All", "Restricted"]} else . end
# Prism judges nothing by a schema that says nullable and no type.
| walk(if type == "object" and .nullable == true and (has("type") | not)
	then del(.nullable) else . end)'
