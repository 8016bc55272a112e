#!/usr/bin/env bash
#
# Writes a snapshot of who may do what in one Azure tenant, for azrbac.
#
#   bash snapshot.sh [FOLDER]                 default: azrbac-snapshot-DATE
#   azrbac can PRINCIPAL OPERATION SCOPE -t FOLDER
#
# It only reads. Two of its calls are POST, because Azure wants those lists
# asked that way (getEntities, and queries of Resource Graph); neither changes
# anything. It asks for no key, no secret and no token, and it starts nothing
# but az, sed, awk, grep, sort and the like.
#
# What it collects is still worth protecting: names of people and resources,
# their settings and every right that anybody holds. The folder is readable by
# you alone; keep it so.
#
# It needs az, signed in with `az login` to the tenant in question, and
#   on Azure    Reader on what you want to see, best at the root management
#               group; less shows less, and the end of the run says what
#   on Entra    Directory Readers, or what members see by default
#   for PIM     eligible assignments show to any reader of the scope, in
#               tenants that have the licence for PIM
# A part that cannot be read is named and skipped; the others go on.
#
# ALL_GROUPS=yes asks for the members of every group, not only of those that
# some right leads to. One call a group: slow in a large tenant.

set -u
umask 077
ALL_GROUPS=${ALL_GROUPS:-no}

folder=${1:-azrbac-snapshot-$(date +%Y%m%d-%H%M%S)}
unread=0
taken=$(date -u +%Y-%m-%dT%H:%M:%SZ)

say()  { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 2; }

command -v az >/dev/null || stop "az is not installed: https://aka.ms/azure-cli"
tenant=$(az account show --query tenantId --output tsv 2>/dev/null | tr -d '\r')
[ -n "$tenant" ] || stop "az is not signed in: run az login first"
# The endpoints of this cloud (public, China, US government), with a slash.
arm=$(az cloud show --query endpoints.resourceManager --output tsv | tr -d '\r')
graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv | tr -d '\r')
arm=${arm%/}/
graph=${graph%/}/

mkdir "$folder" || stop "$folder cannot be made: name another folder"
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# What was read and what was not, kind by kind and place by place, for the
# last file: an empty list alone does not say of what it is the list.
: >"$work/read"
: >"$work/unread"
done_with() { printf '    {"kind": "%s", "at": "%s"}\n' "$1" "$2" >>"$work/read"; }
missed() {
  unread=$((unread + 1))
  local reason
  reason=$(tr -d '\r' <"$work/error" | grep -v '^ *$' | head -n 1 | tr -d '\000-\037' | cut -c 1-300)
  say "  could not read $1 at $2: $reason"
  reason=$(printf '%s' "$reason" | sed 's/\\/\\\\/g; s/"/\\"/g')
  printf '    {"kind": "%s", "at": "%s", "reason": "%s"}\n' "$1" "$2" "$reason" >>"$work/unread"
}

# ask METHOD URL [BODY-FILE]: one call, its reply in $work/page, as az prints
# it: two blanks a level, one entry a line. What follows relies on that form.
ask() {
  local body=()
  [ $# -lt 3 ] || body=(--body "@$3")
  az rest --method "$1" --url "$2" ${body[@]+"${body[@]}"} --output json --only-show-errors \
    </dev/null >"$work/reply" 2>"$work/error" || return 1
  tr -d '\r' <"$work/reply" >"$work/page"
}

# The link (of a list) or token (of a query) that leads to the next page.
# shellcheck disable=SC2016 # the dollar is part of a name
next='^  "(@odata\.nextLink|nextLink|\$skipToken)": "(.+)"(,?)$'

# pages METHOD URL FILE [QUERY SUBSCRIPTION]: every page of a list, or of a
# query of Resource Graph, one document after the other. A link that has been
# followed is blanked out; in a list that breaks off the last one stays, so
# that azrbac sees it too.
pages() {
  local method=$1 url=$2 file=$3 status=0 token='' options
  : >"$work/last"
  while :; do
    if [ $# -eq 5 ]; then
      options="\"\$top\": 1000${token:+, \"\$skipToken\": \"$token\"}"
      printf '{"subscriptions": ["%s"], "query": "%s", "options": {%s}}\n' "$5" "$4" "$options" >"$work/body"
      ask "$method" "$url" "$work/body" || { status=1; break; }
    else
      ask "$method" "${token:-$url}" || { status=1; break; }
    fi
    sed -E "s/$next/  \"\1\": null\3/" "$work/last" >>"$file"
    mv "$work/page" "$work/last"
    token=$(sed -E -n "s/$next/\2/p" "$work/last" | head -n 1)
    [ -n "$token" ] || break
  done
  cat "$work/last" >>"$file"
  [ -s "$file" ] || rm -f "$file"
  return $status
}

# take KIND PLACE METHOD URL FILE [QUERY SUBSCRIPTION]: pages, with a record.
take() {
  local kind=$1 place=$2
  shift 2
  if pages "$@"; then done_with "$kind" "$place"; else missed "$kind" "$place"; fi
}

# Ids in files, and sets of ids as sorted lines.
guids()  { grep -ohiE '[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}' "$@" 2>/dev/null | tr 'A-F' 'a-f' | sorted; }
sorted() { LC_ALL=C sort -u "$@"; }
common() { LC_ALL=C comm "$@"; }

say "tenant $tenant, into $folder"

# ---------------------------------------------------------------- the tree
# Management groups and subscriptions with their parents: a right at a
# management group reaches everything below it.
# Needs: Microsoft.Management/managementGroups/read; what you may not see is
# left out without an error.
say "management groups"
take managementGroups / post "${arm}providers/Microsoft.Management/getEntities?api-version=2020-05-01" "$folder/management-groups.json"

# Needs: Reader on each subscription that is to be in the snapshot.
say "subscriptions"
take subscriptions / get "${arm}subscriptions?api-version=2022-12-01" "$folder/subscriptions.json"
subscriptions=$(sed -n 's/^ *"subscriptionId": "\([^"]*\)".*$/\1/p' "$folder/subscriptions.json" 2>/dev/null | sorted)
[ -n "$subscriptions" ] || say "  no subscription to read"

# --------------------------------------------- rights at management groups
# A subscription's list holds what it inherits from above. This adds what is
# assigned on branches that hold no subscription you can read.
# Needs: Microsoft.Authorization/roleAssignments/read at the management group.
management_groups=$(sed -n 's|^ *"id": "/providers/Microsoft.Management/managementGroups/\([^"]*\)".*$|\1|p' "$folder/management-groups.json" 2>/dev/null | sorted)
for group in $management_groups; do
  say "management group $group"
  scope=/providers/Microsoft.Management/managementGroups/$group
  at="${arm%/}$scope/providers/Microsoft.Authorization"
  take roleAssignments "$scope" get "$at/roleAssignments?api-version=2022-04-01&\$filter=atScope()" "$folder/role-assignments-group-$group.json"
  take eligibleAssignments "$scope" get "$at/roleEligibilityScheduleInstances?api-version=2020-10-01&\$filter=atScope()" "$folder/eligible-group-$group.json"
done

# ------------------------------------------- rights, one subscription at a time
# Each list holds what is assigned above the subscription, at it and below it.
for subscription in $subscriptions; do
  say "subscription $subscription"
  scope=/subscriptions/$subscription
  at="${arm%/}$scope/providers/Microsoft.Authorization"

  # Who holds which role where, with conditions.
  # Needs: Microsoft.Authorization/roleAssignments/read
  take roleAssignments "$scope" get "$at/roleAssignments?api-version=2022-04-01" "$folder/role-assignments-$subscription.json"

  # What the tenant's own roles contain. azrbac knows the built-in ones.
  # Needs: Microsoft.Authorization/roleDefinitions/read
  take roleDefinitions "$scope" get "$at/roleDefinitions?api-version=2022-05-01-preview&\$filter=type%20eq%20%27CustomRole%27" "$folder/custom-roles-$subscription.json"

  # What is denied, whatever roles say. The newer version of the interface
  # tells denies that are only on trial (audit) from those that bind.
  # Needs: Microsoft.Authorization/denyAssignments/read
  if pages get "$at/denyAssignments?api-version=2024-07-01-preview" "$folder/deny-assignments-$subscription.json"; then
    done_with denyAssignments "$scope"
  else
    rm -f "$folder/deny-assignments-$subscription.json"
    take denyAssignments "$scope" get "$at/denyAssignments?api-version=2022-04-01" "$folder/deny-assignments-$subscription.json"
  fi

  # What could be activated through Privileged Identity Management, and what
  # is active until a certain hour.
  # Needs: Microsoft.Authorization/roleEligibilityScheduleInstances/read and
  # .../roleAssignmentScheduleInstances/read, and PIM in the tenant.
  take eligibleAssignments "$scope" get "$at/roleEligibilityScheduleInstances?api-version=2020-10-01" "$folder/eligible-$subscription.json"
  take timeBoundAssignments "$scope" get "$at/roleAssignmentScheduleInstances?api-version=2020-10-01" "$folder/time-bound-$subscription.json"

  # Locks stop owners too.
  # Needs: Microsoft.Authorization/locks/read
  take locks "$scope" get "$at/locks?api-version=2020-05-01" "$folder/locks-$subscription.json"

  # Resources with the settings that open or close other doors than roles:
  # local authentication, shared keys, a vault's access policies (object ids
  # and permissions, no secrets), and the identities that resources carry.
  # `az resource list` leaves the settings out, so Resource Graph is asked.
  # Needs: Reader. Switches that sit on child resources are not all in it.
  query="${arm}providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
  take resources "$scope" post "$query" "$folder/resources-$subscription.json" \
    'resources | project id, type, name, location, tags, identity, properties | order by id asc' "$subscription"
  take resourceGroups "$scope" post "$query" "$folder/resource-groups-$subscription.json" \
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | project id, type, name, location, tags, managedBy, properties | order by id asc" "$subscription"
done

# -------------------------------------------------------------- who is who
# Needs, on Entra: Directory Readers, or the default rights of a member.
say "users"
take users / get "${graph}v1.0/users?\$select=id,displayName,userPrincipalName,mail,userType,accountEnabled&\$top=999" "$folder/users.json"

# Applications and managed identities. alternativeNames tell which resource a
# managed identity belongs to, appOwnerOrganizationId whose application it is.
say "service principals"
take servicePrincipals / get "${graph}v1.0/servicePrincipals?\$select=id,appId,displayName,servicePrincipalType,alternativeNames,appOwnerOrganizationId,accountEnabled&\$top=999" "$folder/service-principals.json"

# ------------------------------------------------------ groups, all the way
# First all groups of the tenant, without members.
say "groups"
take groups / get "${graph}v1.0/groups?\$select=id,displayName,securityEnabled,mailEnabled&\$top=999" "$work/groups"
# objects FILE: the objects of its `value`, one a line: id, a tab, the fields.
objects() {
  awk '
    /^    [{]$/   { id = ""; body = ""; next }
    /^    [}],?$/ { if (id != "") print id "\t" body; next }
    /^      /     { field = $0; sub(/^ +/, "", field); body = body field
                    if (field ~ /^"id": /) { split(field, part, "\""); id = tolower(part[4]) } }' "$1"
}
: >>"$work/groups"
objects "$work/groups" | sorted >"$work/index"
cut -f 1 "$work/index" >"$work/known"

# Start from the groups that the rights above name, or a setting such as a
# vault's access policy; then follow the groups among their members, and
# theirs, each once: nesting may go round in circles.
if [ "$ALL_GROUPS" = yes ]; then
  cp "$work/known" "$work/todo"
else
  guids "$folder"/role-assignments-*.json "$folder"/deny-assignments-*.json \
    "$folder"/eligible-*.json "$folder"/time-bound-*.json \
    "$folder"/resources-*.json >"$work/named"
  common -12 "$work/known" "$work/named" >"$work/todo"
fi
: >"$work/done"
while [ -s "$work/todo" ]; do
  : >"$work/found"
  while read -r group; do
    # The members of one group, written as one object. The beta interface is
    # asked: version 1.0 leaves service principals out of the list.
    # Needs: the members to be visible to you; hidden memberships are not.
    : >"$work/members"
    if ! pages get "${graph}beta/groups/$group/members?\$select=id&\$top=999" "$work/members"; then
      missed groupMembers "$group"
      continue
    fi
    objects "$work/members" >"$work/rows"
    cut -f 1 "$work/rows" >>"$work/found"
    {
      printf '{'
      awk -F '\t' -v id="$group" '$1 == id { print $2; exit }' "$work/index"
      printf ', "members": ['
      cut -f 2- "$work/rows" | sed 's/^/{/; s/$/}/; $!s/$/,/'
      printf ']}\n'
    } >>"$folder/groups.json"
  done <"$work/todo"
  sorted "$work/done" "$work/todo" >"$work/seen"
  mv "$work/seen" "$work/done"
  sorted "$work/found" | common -12 - "$work/known" | common -23 - "$work/done" >"$work/todo"
done

# ------------------------------------------------------------------ the end
{
  printf '{\n  "azrbacSnapshot": 1,\n  "tenantId": "%s",\n  "takenAt": "%s",\n' "$tenant" "$taken"
  printf '  "read": [\n'
  sed '$!s/$/,/' "$work/read"
  printf '  ],\n  "unread": [\n'
  sed '$!s/$/,/' "$work/unread"
  printf '  ]\n}\n'
} >"$folder/azrbac-snapshot.json"

say
if [ "$unread" -eq 0 ]; then
  say "complete: $folder"
else
  say "$unread parts could not be read; they are listed above and in $folder/azrbac-snapshot.json"
fi
say "ask it: azrbac can PRINCIPAL OPERATION SCOPE -t $folder"
[ "$unread" -eq 0 ]
