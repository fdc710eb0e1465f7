/* SPDX-License-Identifier: Apache-2.0 */
/* Google's lists: one row for each, and a quiet record.  Members that a
 * reader should leave alone hold the word that tests look for. */
#include "google.h"

static const char user[] =
	"{\"id\":\"\",\"primaryEmail\":\"\",\"name\":{\"fullName\":\"\"},"
	"\"isAdmin\":false,\"isDelegatedAdmin\":false,"
	"\"lastLoginTime\":\"1970-01-01T00:00:00.000Z\","
	"\"creationTime\":\"2021-04-12T08:15:30.000Z\","
	"\"agreedToTerms\":true,\"suspended\":false,\"archived\":false,"
	"\"changePasswordAtNextLogin\":false,\"ipWhitelisted\":false,"
	"\"emails\":[],\"aliases\":[],\"orgUnitPath\":\"/\","
	"\"isMailboxSetup\":true,\"isEnrolledIn2Sv\":true,"
	"\"isEnforcedIn2Sv\":false,\"includeInGlobalAddressList\":true,"
	"\"recoveryEmail\":\"CANARY-recovery@home.example\","
	"\"recoveryPhone\":\"CANARY-phone\","
	"\"phones\":[{\"value\":\"CANARY-phone\",\"type\":\"home\"}],"
	"\"notes\":{\"value\":\"CANARY-notes\"}}";

static const char role[] =
	"{\"roleId\":\"\",\"roleName\":\"\",\"roleDescription\":\"\","
	"\"isSystemRole\":false,\"isSuperAdminRole\":false,"
	"\"rolePrivileges\":[{\"serviceId\":\"00haapch16h1ysv\","
	"\"privilegeName\":\"USERS_RETRIEVE\"}]}";

static const char assignment[] =
	"{\"roleAssignmentId\":\"\",\"roleId\":\"\",\"assignedTo\":\"\","
	"\"assigneeType\":\"user\",\"scopeType\":\"CUSTOMER\"}";

static const char group[] =
	"{\"id\":\"\",\"email\":\"\",\"name\":\"\",\"description\":\"\","
	"\"adminCreated\":true,\"directMembersCount\":\"0\","
	"\"aliases\":[],\"nonEditableAliases\":[]}";

static const char member[] =
	"{\"id\":\"\",\"email\":\"\",\"role\":\"MEMBER\",\"type\":\"USER\","
	"\"status\":\"ACTIVE\"}";

static const char token[] =
	"{\"clientId\":\"\",\"displayText\":\"\",\"anonymous\":false,"
	"\"nativeApp\":false,\"userKey\":\"\",\"scopes\":[]}";

static const char asp[] =
	"{\"codeId\":0,\"name\":\"\",\"creationTime\":\"1520000000\","
	"\"lastTimeUsed\":\"0\",\"userKey\":\"\"}";

static const char mobile[] =
	"{\"resourceId\":\"\",\"deviceId\":\"\",\"name\":[],\"email\":[],"
	"\"model\":\"\",\"os\":\"\",\"type\":\"ANDROID\","
	"\"status\":\"APPROVED\",\"hardwareId\":\"\",\"serialNumber\":\"\","
	"\"imei\":\"CANARY-imei\",\"wifiMacAddress\":\"CANARY-mac\","
	"\"firstSync\":\"2023-05-05T10:00:00.000Z\","
	"\"lastSync\":\"2026-11-10T10:00:00.000Z\","
	"\"deviceCompromisedStatus\":\"No compromise detected\","
	"\"devicePasswordStatus\":\"On\",\"encryptionStatus\":\"Encrypted\"}";

static const char chromeos[] =
	"{\"deviceId\":\"\",\"serialNumber\":\"\",\"status\":\"ACTIVE\","
	"\"lastSync\":\"2026-11-10T10:00:00.000Z\",\"annotatedUser\":\"\","
	"\"annotatedAssetId\":\"\",\"recentUsers\":[],\"orgUnitPath\":\"/\","
	"\"osVersion\":\"131.0.6778.96\",\"model\":\"HP Chromebook\","
	"\"supportEndDate\":\"2029-06-01T00:00:00.000Z\","
	"\"macAddress\":\"CANARY-mac\",\"notes\":\"CANARY-notes\","
	"\"orderNumber\":\"CANARY-order\"}";

static const char licence[] =
	"{\"productId\":\"\",\"productName\":\"Google Workspace\","
	"\"skuId\":\"\",\"skuName\":\"\",\"userId\":\"\",\"selfLink\":\"\"}";

static const char subscription[] =
	"{\"customerId\":\"\",\"subscriptionId\":\"\",\"skuId\":\"\","
	"\"skuName\":\"\",\"billingMethod\":\"ONLINE\","
	"\"creationTime\":\"1650000000000\",\"customerDomain\":\"\","
	"\"status\":\"ACTIVE\",\"plan\":{\"planName\":\"ANNUAL\","
	"\"isCommitmentPlan\":true},\"seats\":{\"kind\":"
	"\"subscriptions#seats\"},\"trialSettings\":{\"isInTrial\":false},"
	"\"renewalSettings\":{\"kind\":\"subscriptions#renewalSettings\","
	"\"renewalType\":\"AUTO_RENEW_MONTHLY_PAY\"},"
	"\"suspensionReasons\":[],"
	"\"purchaseOrderId\":\"CANARY-purchase\"}";

static const char *const in_user[] = { "tokens", "asps", NULL };
static const char *const in_group[] = { "members", NULL };

#define ARRAY(name) .array = name, .shape = { .records = name }
#define CUSTOMER "/admin/directory/v1/customer/*"

const struct es_go_set es_go_sets[] = {
	{ .path = "/admin/directory/v1/users", .member = "users",
	  ARRAY("users"), .kind = "admin#directory#users",
	  .record = "admin#directory#user", .etag = "etag",
	  .scopes = "admin.directory.user.readonly", .defaults = user,
	  .skip = in_user, .size = 100, .size_max = 500, .customer = true },
	{ .path = CUSTOMER "/roles", .member = "roles", ARRAY("items"),
	  .kind = "admin#directory#roles", .record = "admin#directory#role",
	  .etag = "etag", .scopes = "admin.directory.rolemanagement.readonly",
	  .defaults = role, .size = 100, .size_max = 100, .super = true },
	{ .path = CUSTOMER "/roleassignments", .member = "role_assignments",
	  ARRAY("items"), .kind = "admin#directory#roleAssignments",
	  .record = "admin#directory#roleAssignment", .etag = "etag",
	  .scopes = "admin.directory.rolemanagement.readonly",
	  .defaults = assignment, .size = 100, .size_max = 200,
	  .super = true },
	{ .path = "/admin/directory/v1/groups", .member = "groups",
	  ARRAY("groups"), .kind = "admin#directory#groups",
	  .record = "admin#directory#group", .etag = "etag",
	  .scopes = "admin.directory.group.readonly", .defaults = group,
	  .skip = in_group, .size = 200, .size_max = 200, .customer = true },
	{ .path = "/admin/directory/v1/groups/*/members", .member = "members",
	  ARRAY("members"), .kind = "admin#directory#members",
	  .record = "admin#directory#member", .etag = "etag",
	  .scopes = "admin.directory.group.readonly|"
		    "admin.directory.group.member.readonly",
	  .defaults = member, .size = 200, .size_max = 200 },
	{ .path = "/admin/directory/v1/users/*/tokens", .member = "tokens",
	  ARRAY("items"), .kind = "admin#directory#tokenList",
	  .record = "admin#directory#token", .etag = "etag",
	  .scopes = "admin.directory.user.security", .defaults = token },
	{ .path = "/admin/directory/v1/users/*/asps", .member = "asps",
	  ARRAY("items"), .kind = "admin#directory#aspList",
	  .record = "admin#directory#asp", .etag = "etag",
	  .scopes = "admin.directory.user.security", .defaults = asp },
	{ .path = CUSTOMER "/devices/mobile", .member = "mobile_devices",
	  ARRAY("mobiledevices"), .kind = "admin#directory#mobiledevices",
	  .record = "admin#directory#mobiledevice", .etag = "etag",
	  .scopes = "admin.directory.device.mobile.readonly",
	  .defaults = mobile, .size = 100, .size_max = 100 },
	{ .path = CUSTOMER "/devices/chromeos", .member = "chromeos_devices",
	  ARRAY("chromeosdevices"),
	  .kind = "admin#directory#chromeosdevices",
	  .record = "admin#directory#chromeosdevice", .etag = "etag",
	  .scopes = "admin.directory.device.chromeos.readonly",
	  .defaults = chromeos, .size = 100, .size_max = 300 },
	{ .path = "/apps/licensing/v1/product/*/users", .member = "licences",
	  ARRAY("items"), .kind = "licensing#licenseAssignmentList",
	  .record = "licensing#licenseAssignment", .etag = "etags",
	  .scopes = "apps.licensing", .defaults = licence, .size = 100,
	  .size_max = 1000 },
	{ .path = "/apps/reseller/v1/subscriptions",
	  .member = "subscriptions", ARRAY("subscriptions"),
	  .kind = "reseller#subscriptions", .record = "reseller#subscription",
	  .scopes = "apps.order.readonly", .defaults = subscription,
	  .size = 20, .size_max = 100 },
	{ .path = NULL },
};
