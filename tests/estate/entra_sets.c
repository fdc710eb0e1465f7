/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft Graph's collections: one row for each, and a quiet record. */
#include <string.h>

#include "entra.h"

#define USER_SHORT \
	"businessPhones,displayName,givenName,id,jobTitle,mail," \
	"mobilePhone,officeLocation,preferredLanguage,surname," \
	"userPrincipalName"

static const char user[] =
	"{\"id\":\"\",\"businessPhones\":[],\"displayName\":\"\","
	"\"givenName\":null,\"jobTitle\":null,\"mail\":null,"
	"\"mobilePhone\":null,\"officeLocation\":null,"
	"\"preferredLanguage\":null,\"surname\":null,"
	"\"userPrincipalName\":\"\",\"accountEnabled\":true,"
	"\"userType\":\"Member\",\"creationType\":null,"
	"\"externalUserState\":null,"
	"\"externalUserStateChangeDateTime\":null,"
	"\"createdDateTime\":\"2023-04-12T08:15:30Z\","
	"\"deletedDateTime\":null,\"employeeId\":null,"
	"\"employeeType\":null,\"department\":null,\"companyName\":null,"
	"\"onPremisesSyncEnabled\":null,\"onPremisesSamAccountName\":null,"
	"\"onPremisesSecurityIdentifier\":null,"
	"\"onPremisesImmutableId\":null,"
	"\"onPremisesDistinguishedName\":null,"
	"\"lastPasswordChangeDateTime\":\"2025-11-02T10:00:00Z\","
	"\"signInSessionsValidFromDateTime\":\"2025-11-02T10:00:00Z\","
	"\"assignedLicenses\":[],\"licenseAssignmentStates\":[],"
	"\"proxyAddresses\":[],\"otherMails\":[],\"identities\":[],"
	"\"passwordPolicies\":null,\"usageLocation\":null,"
	"\"isResourceAccount\":null}";

static const char group[] =
	"{\"id\":\"\",\"displayName\":\"\",\"description\":null,"
	"\"mail\":null,\"groupTypes\":[],\"securityEnabled\":true,"
	"\"mailEnabled\":false,\"mailNickname\":\"g\","
	"\"isAssignableToRole\":null,\"onPremisesSyncEnabled\":null,"
	"\"membershipRule\":null,\"membershipRuleProcessingState\":null,"
	"\"visibility\":null,\"createdDateTime\":\"2023-06-01T10:00:00Z\","
	"\"renewedDateTime\":\"2023-06-01T10:00:00Z\","
	"\"expirationDateTime\":null}";

static const char application[] =
	"{\"id\":\"\",\"appId\":\"\",\"displayName\":\"\","
	"\"createdDateTime\":\"2022-02-02T11:11:11Z\","
	"\"createdByAppId\":null,\"isDisabled\":null,"
	"\"disabledByMicrosoftStatus\":null,"
	"\"signInAudience\":\"AzureADMyOrg\",\"tags\":[],\"notes\":null,"
	"\"passwordCredentials\":[],\"keyCredentials\":[],"
	"\"requiredResourceAccess\":[],"
	"\"serviceManagementReference\":null}";

static const char principal[] =
	"{\"id\":\"\",\"appId\":\"\",\"displayName\":\"\","
	"\"accountEnabled\":true,\"servicePrincipalType\":\"Application\","
	"\"appOwnerOrganizationId\":null,"
	"\"appRoleAssignmentRequired\":false,\"createdByAppId\":null,"
	"\"disabledByMicrosoftStatus\":null,\"passwordCredentials\":[],"
	"\"keyCredentials\":[],\"tags\":[],\"replyUrls\":[],"
	"\"homepage\":null,\"preferredSingleSignOnMode\":null}";

static const char device[] =
	"{\"id\":\"\",\"deviceId\":\"\",\"displayName\":\"\","
	"\"accountEnabled\":true,\"approximateLastSignInDateTime\":null,"
	"\"trustType\":\"AzureAd\",\"isManaged\":true,\"isCompliant\":true,"
	"\"operatingSystem\":\"Windows\","
	"\"operatingSystemVersion\":\"10.0.26100.2314\","
	"\"registrationDateTime\":\"2024-02-11T08:00:00Z\"}";

static const char managed[] =
	"{\"id\":\"\",\"deviceName\":\"\",\"userId\":\"\","
	"\"userPrincipalName\":\"\",\"managedDeviceOwnerType\":\"company\","
	"\"enrolledDateTime\":\"2024-02-11T08:00:00Z\","
	"\"lastSyncDateTime\":\"0001-01-01T00:00:00Z\","
	"\"operatingSystem\":\"Windows\",\"osVersion\":\"10.0.26100.2314\","
	"\"complianceState\":\"compliant\",\"managementAgent\":\"mdm\","
	"\"managementState\":\"managed\",\"azureADDeviceId\":\"\","
	"\"serialNumber\":\"\",\"isEncrypted\":true,"
	"\"deviceEnrollmentType\":\"windowsAzureADJoin\","
	"\"deviceRegistrationState\":\"registered\","
	"\"activationLockBypassCode\":\"CANARY-bypass\"}";

static const char registration[] =
	"{\"id\":\"\",\"userPrincipalName\":\"\",\"userDisplayName\":\"\","
	"\"userType\":\"member\",\"isAdmin\":false,"
	"\"isSsprRegistered\":false,\"isSsprEnabled\":false,"
	"\"isSsprCapable\":false,\"isMfaRegistered\":true,"
	"\"isMfaCapable\":true,\"isPasswordlessCapable\":false,"
	"\"methodsRegistered\":[\"microsoftAuthenticatorPush\"],"
	"\"isSystemPreferredAuthenticationMethodEnabled\":false,"
	"\"systemPreferredAuthenticationMethods\":[],"
	"\"userPreferredMethodForSecondaryAuthentication\":\"none\","
	"\"lastUpdatedDateTime\":\"2026-11-16T00:40:01.1234567Z\"}";

static const char schedule[] =
	"{\"id\":\"\",\"principalId\":\"\",\"roleDefinitionId\":\"\","
	"\"directoryScopeId\":\"/\",\"appScopeId\":null,"
	"\"startDateTime\":\"2024-01-05T09:30:00Z\",\"endDateTime\":null,"
	"\"assignmentType\":\"Assigned\",\"memberType\":\"Direct\","
	"\"roleAssignmentOriginId\":\"\",\"roleAssignmentScheduleId\":\"\"}";

static const char policy[] =
	"{\"id\":\"\",\"displayName\":\"\",\"state\":\"enabled\","
	"\"createdDateTime\":\"2024-05-01T09:00:00Z\","
	"\"modifiedDateTime\":null,\"description\":\"CANARY-ca-text\","
	"\"templateId\":null,\"conditions\":{\"clientAppTypes\":[\"all\"],"
	"\"users\":{\"includeUsers\":[\"All\"],\"excludeUsers\":[],"
	"\"includeGroups\":[],\"excludeGroups\":[],\"includeRoles\":[],"
	"\"excludeRoles\":[]}}}";

static const char eligible[] =
	"{\"id\":\"\",\"principalId\":\"\",\"roleDefinitionId\":\"\","
	"\"directoryScopeId\":\"/\",\"appScopeId\":null,"
	"\"startDateTime\":\"2025-01-05T09:30:00Z\",\"endDateTime\":null,"
	"\"memberType\":\"Direct\",\"roleEligibilityScheduleId\":\"\"}";

static const char relationship[] =
	"{\"@odata.etag\":\"W/\\\"JyI0NzAwNjg0NCI=\\\"\",\"id\":\"\","
	"\"displayName\":\"\",\"duration\":\"P730D\","
	"\"autoExtendDuration\":\"PT0S\",\"customer\":{},"
	"\"accessDetails\":{\"unifiedRoles\":[]},\"status\":\"active\","
	"\"createdDateTime\":\"2025-03-20T10:00:00.1234567Z\","
	"\"lastModifiedDateTime\":\"2025-03-21T10:00:00.1234567Z\","
	"\"activatedDateTime\":\"2025-03-21T10:00:00.1234567Z\","
	"\"endDateTime\":\"2027-03-21T10:00:00.1234567Z\"}";

#define GDAP_MAY "DelegatedAdminRelationship.Read.All"
#define USERS_MAY "User.Read.All|Directory.Read.All"
#define GROUPS_MAY "GroupMember.Read.All|Group.Read.All|Directory.Read.All"
#define ROLES_MAY "RoleManagement.Read.Directory|Directory.Read.All"
#define APPS_MAY "Application.Read.All|Directory.Read.All"
#define DEVICES_MAY "Device.Read.All|Directory.Read.All"
#define SKUS_MAY \
	"LicenseAssignment.Read.All|Organization.Read.All|Directory.Read.All"

const struct es_en_set es_en_sets[] = {
	{ "users", "users", "#microsoft.graph.user", user, USER_SHORT,
	  "signInActivity", NULL, USERS_MAY, 100, 999, NULL, false, false },
	{ "directory/deletedItems/microsoft.graph.user", "deleted_users",
	  "#microsoft.graph.user", user, USER_SHORT ",deletedDateTime", NULL,
	  NULL, USERS_MAY, 100, 999, NULL, false, false },
	{ "groups", "groups", "#microsoft.graph.group", group, NULL, NULL,
	  NULL, GROUPS_MAY, 100, 999, NULL, false, false },
	{ "applications", "applications", "#microsoft.graph.application",
	  application, NULL, NULL, "owners", APPS_MAY, 100, 999, NULL, false,
	  false },
	{ "servicePrincipals", "service_principals",
	  "#microsoft.graph.servicePrincipal", principal, NULL, NULL,
	  "owners", APPS_MAY, 100, 999, NULL, false, false },
	{ "devices", "devices", "#microsoft.graph.device", device, NULL, NULL,
	  "registeredOwners", DEVICES_MAY, 100, 999, NULL, false, false },
	{ "roleManagement/directory/roleDefinitions", "role_definitions",
	  NULL, "{\"id\":\"\",\"templateId\":\"\",\"displayName\":\"\","
	  "\"description\":\"\",\"isBuiltIn\":true,\"isEnabled\":true,"
	  "\"resourceScopes\":[\"/\"],\"version\":\"1\","
	  "\"rolePermissions\":[]}", NULL, NULL, NULL, ROLES_MAY, 100, 999,
	  NULL, true, false },
	{ "roleManagement/directory/roleAssignments", "role_assignments",
	  NULL, "{\"id\":\"\",\"principalId\":\"\",\"roleDefinitionId\":\"\","
	  "\"directoryScopeId\":\"/\",\"appScopeId\":null}", NULL, NULL,
	  "principal", ROLES_MAY, 100, 999, NULL, false, false },
	{ "roleManagement/directory/roleEligibilityScheduleInstances",
	  "role_eligibility", NULL, eligible, NULL, NULL, NULL, ROLES_MAY,
	  100, 999, "p2", false, false },
	{ "roleManagement/directory/roleAssignmentScheduleInstances",
	  "role_schedules", NULL, schedule, NULL, NULL, NULL, ROLES_MAY, 100,
	  999, "p2", false, false },
	{ "identity/conditionalAccess/policies", "conditional_access", NULL,
	  policy, NULL, NULL, NULL, "Policy.Read.All", 100, 999, "p1", false,
	  false },
	{ "oauth2PermissionGrants", "grants", NULL,
	  "{\"id\":\"\",\"clientId\":\"\",\"consentType\":\"AllPrincipals\","
	  "\"principalId\":null,\"resourceId\":\"\",\"scope\":\"\"}", NULL,
	  NULL, NULL, "Directory.Read.All", 100, 999, NULL, false, false },
	{ "reports/authenticationMethods/userRegistrationDetails",
	  "registrations", NULL, registration, NULL, NULL, NULL,
	  "AuditLog.Read.All", 100, 999, "p1", false, true },
	{ "deviceManagement/managedDevices", "managed_devices", NULL, managed,
	  NULL, NULL, NULL, "DeviceManagementManagedDevices.Read.All", 1000,
	  1000, "intune", false, false },
	{ "subscribedSkus", "licences", NULL,
	  "{\"id\":\"\",\"accountId\":\"\",\"accountName\":\"\","
	  "\"appliesTo\":\"User\",\"capabilityStatus\":\"Enabled\","
	  "\"consumedUnits\":0,\"skuId\":\"\",\"skuPartNumber\":\"\","
	  "\"subscriptionIds\":[],\"prepaidUnits\":{\"enabled\":0,"
	  "\"suspended\":0,\"warning\":0,\"lockedOut\":0},"
	  "\"servicePlans\":[]}", NULL, NULL, NULL, SKUS_MAY, 0, 0, NULL,
	  false, false },
	{ "directory/subscriptions", "subscriptions", NULL,
	  "{\"id\":\"\",\"commerceSubscriptionId\":\"\",\"createdDateTime\":"
	  "\"2023-03-01T00:00:00Z\",\"isTrial\":false,"
	  "\"nextLifecycleDateTime\":null,\"ownerId\":null,"
	  "\"ownerTenantId\":null,\"ownerType\":null,\"skuId\":\"\","
	  "\"skuPartNumber\":\"\",\"status\":\"Enabled\","
	  "\"totalLicenses\":0,\"serviceStatus\":[]}", NULL, NULL, NULL,
	  SKUS_MAY, 100, 999, NULL, false, false },
	{ "tenantRelationships/delegatedAdminCustomers", "gdap_customers",
	  NULL, "{\"id\":\"\",\"tenantId\":\"\",\"displayName\":\"\"}", NULL,
	  NULL, NULL, GDAP_MAY, 300, 300, NULL, false, false },
	{ "tenantRelationships/delegatedAdminRelationships",
	  "gdap_relationships", NULL, relationship, NULL, NULL, NULL, GDAP_MAY,
	  300, 300, NULL, false, false },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, false,
	  false },
};

const struct es_en_set *es_en_set_of(const char *member)
{
	const struct es_en_set *s;

	for (s = es_en_sets; s->path; s++)
		if (!strcmp(s->member, member))
			return s;
	return NULL;
}
