#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sh tests/contract/discovery.sh DOCUMENT >OPENAPI
# Google's Discovery documents in the words of OpenAPI 3, reading methods only.
set -eu

jq -c '
# A schema of theirs is JSON Schema but for references by bare name, numbers
# of 64 bits in strings, and members that say something about methods.
def schema:
	if type == "object" then
		if has("$ref") then {"$ref": "#/components/schemas/\(.["$ref"])"}
		else with_entries(select(.key | IN("type", "format",
				"properties", "items", "additionalProperties",
				"enum", "pattern")))
			| if .properties then .properties |= map_values(schema)
				else . end
			| if .items then .items |= schema else . end
			| if (.additionalProperties | type) == "object" then
				.additionalProperties |= schema else . end
			| if .type == "any" then del(.type) else . end
			| if .type == "string" and (.format // "" | test("int")) then
				del(.format) else . end
		end
	else . end;
def methods: [(.methods // {})[], ((.resources // {})[] | methods[])];
. as $document
| {openapi: "3.0.3",
	info: {title, version, description: ("converted from the discovery "
		+ "document, revision " + .revision)},
	servers: [{url: (.rootUrl | rtrimstr("/"))}],
	paths: (reduce ($document | methods[] | select(.httpMethod == "GET"))
		as $m ({}; .["/" + $document.servicePath + ($m.flatPath // $m.path)] = {get: {
			operationId: $m.id,
			parameters: [($m.parameters + $document.parameters) | to_entries[]
				| {name: .key, in: .value.location,
				required: (.value.location == "path" or .value.required == true),
				schema: (.value | schema
					+ (if .minimum then {minimum: (.minimum | tonumber)} else {} end))}],
			responses: {"200": {description: "OK", content: {"application/json":
				{schema: ($m.response | schema)}}}}}})),
	components: {schemas: (.schemas | map_values(schema))}}' "$1"
