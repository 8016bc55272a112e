<#
Writes a snapshot of who may do what in one Azure tenant, for azrbac.

  ./snapshot.ps1 [-Folder FOLDER] [-AllGroups]     default: azrbac-snapshot-DATE
  azrbac can PRINCIPAL OPERATION SCOPE -t FOLDER

It only reads. Two of its calls are POST, because Azure wants those lists asked
that way (getEntities, and queries of Resource Graph); neither changes anything.
It asks for no key, no secret and no token.

What it collects is still worth protecting: names of people and resources, their
settings and every right that anybody holds. Keep the folder to yourself.

It needs the module Az.Accounts, signed in with Connect-AzAccount to the tenant
in question, in Windows PowerShell 5.1 or PowerShell 7, and
  on Azure    Reader on what you want to see, best at the root management group;
              less shows less, and the end of the run says what
  on Entra    Directory Readers, or what members see by default
  for PIM     eligible assignments show to any reader of the scope, in tenants
              that have the licence for PIM
A part that cannot be read is named and skipped; the others go on.

-AllGroups asks for the members of every group, not only of those that some
right leads to. One call a group: slow in a large tenant.
#>
param(
    [string] $Folder = ('azrbac-snapshot-' + (Get-Date -Format 'yyyyMMdd-HHmmss')),
    [switch] $AllGroups
)

$ErrorActionPreference = 'Stop'
$taken = (Get-Date).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')

if (-not (Get-Command Invoke-AzRestMethod -ErrorAction SilentlyContinue)) {
    throw 'Az.Accounts is not installed: Install-Module Az.Accounts'
}
$context = Get-AzContext
if (-not $context -or -not $context.Tenant) {
    throw 'not signed in: run Connect-AzAccount first'
}
$tenant = $context.Tenant.Id

# The endpoints of this cloud (public, China, US government), with a slash.
$arm = $context.Environment.ResourceManagerUrl.TrimEnd('/') + '/'
$graph = $context.Environment.ExtendedProperties.MicrosoftGraphUrl
if (-not $graph) { $graph = 'https://graph.microsoft.com' }
$graph = $graph.TrimEnd('/') + '/'

$Folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Folder)
if (Test-Path -LiteralPath $Folder) { throw "$Folder exists already: name another folder" }
[void] (New-Item -ItemType Directory -Path $Folder)
if ($IsLinux -or $IsMacOS) { & chmod 700 $Folder }

# Files are UTF-8 without a mark, in Windows PowerShell too.
$utf8 = New-Object System.Text.UTF8Encoding $false
function Add-Text([string] $File, [string] $Text) {
    [System.IO.File]::AppendAllText($File, $Text + "`n", $utf8)
}

# What was read and what was not, kind by kind and place by place, for the last
# file: an empty list alone does not say of what it is the list.
$read = New-Object System.Collections.ArrayList
$unread = New-Object System.Collections.ArrayList
function Add-Read([string] $Kind, [string] $Place) {
    [void] $read.Add([pscustomobject] @{ kind = $Kind; at = $Place })
}
function Add-Unread([string] $Kind, [string] $Place, [string] $Reason) {
    $line = ($Reason -replace '\s+', ' ').Trim()
    if ($line.Length -gt 300) { $line = $line.Substring(0, 300) }
    Write-Warning "could not read $Kind at ${Place}: $line"
    [void] $unread.Add([pscustomobject] @{ kind = $Kind; at = $Place; reason = $line })
}

# One call; the text of its reply. Anything but success is an error.
function Get-Reply([string] $Method, [string] $Url, [string] $Body) {
    $call = @{ Method = $Method }
    if ($Url.StartsWith($graph, [System.StringComparison]::OrdinalIgnoreCase)) {
        $call['Uri'] = $Url
    } else {
        $call['Path'] = ([System.Uri] $Url).PathAndQuery
    }
    if ($Body) { $call['Payload'] = $Body }
    $reply = Invoke-AzRestMethod @call
    if ($reply.StatusCode -lt 200 -or $reply.StatusCode -gt 299) {
        throw "$($reply.StatusCode) $($reply.Content)"
    }
    $reply.Content
}

# The link (of a list) or token (of a query) that leads to the next page. It is
# looked up in the text: Windows PowerShell cannot parse a very long reply.
$linkPattern = [regex] '"(@odata\.nextLink|nextLink)"\s*:\s*"((?:[^"\\]|\\.)+)"'
$tokenPattern = [regex] '"(\$skipToken)"\s*:\s*"((?:[^"\\]|\\.)+)"'

# Every page of a list, or of a query of Resource Graph, one document after the
# other. A link that has been followed is blanked out; in a list that breaks off
# the last one stays, so that azrbac sees it too.
function Save-Pages([string] $Method, [string] $Url, [string] $File, [string] $Query, [string] $Subscription) {
    $pattern = $linkPattern
    if ($Query) { $pattern = $tokenPattern }
    $last = $null
    $link = $null
    $next = ''
    try {
        do {
            if ($Query) {
                $options = @{ '$top' = 1000 }
                if ($next) { $options['$skipToken'] = $next }
                $body = ConvertTo-Json -Depth 5 -InputObject @{
                    subscriptions = @($Subscription)
                    query         = $Query
                    options       = $options
                }
                $page = Get-Reply $Method $Url $body
            } elseif ($next) {
                $page = Get-Reply $Method $next ''
            } else {
                $page = Get-Reply $Method $Url ''
            }
            if ($null -ne $last) {
                $blank = '"' + $link.Groups[1].Value + '":null'
                Add-Text $File ($last.Remove($link.Index, $link.Length).Insert($link.Index, $blank))
            }
            $last = $page
            $link = $pattern.Match($last)
            $next = ''
            if ($link.Success) { $next = ConvertFrom-Json ('"' + $link.Groups[2].Value + '"') }
        } while ($next)
    } finally {
        if ($null -ne $last) { Add-Text $File $last }
    }
}

# The same with a record of it.
function Save-Part([string] $Kind, [string] $Place, [string] $Method, [string] $Url, [string] $File, [string] $Query, [string] $Subscription) {
    try {
        Save-Pages $Method $Url $File $Query $Subscription
        Add-Read $Kind $Place
    } catch {
        Add-Unread $Kind $Place $_.Exception.Message
    }
}

# What a pattern finds in a file, each once; nothing where there is no file.
function Find-Text([string] $File, [string] $Pattern) {
    if (Test-Path -LiteralPath $File) {
        [regex]::Matches([System.IO.File]::ReadAllText($File), $Pattern) |
            ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
    }
}

Write-Host "tenant $tenant, into $Folder"

# --------------------------------------------------------------------- the tree
# Management groups and subscriptions with their parents: a right at a management
# group reaches everything below it.
# Needs: Microsoft.Management/managementGroups/read; what you may not see is left
# out without an error.
Write-Host 'management groups'
$treeFile = Join-Path $Folder 'management-groups.json'
Save-Part 'managementGroups' '/' 'POST' ($arm + 'providers/Microsoft.Management/getEntities?api-version=2020-05-01') $treeFile

# Needs: Reader on each subscription that is to be in the snapshot.
Write-Host 'subscriptions'
$subscriptionFile = Join-Path $Folder 'subscriptions.json'
Save-Part 'subscriptions' '/' 'GET' ($arm + 'subscriptions?api-version=2022-12-01') $subscriptionFile
$subscriptions = @(Find-Text $subscriptionFile '"subscriptionId"\s*:\s*"([^"]+)"')
if ($subscriptions.Count -eq 0) { Write-Warning 'no subscription to read' }

# -------------------------------------------------- rights at management groups
# A subscription's list holds what it inherits from above. This adds what is
# assigned on branches that hold no subscription you can read.
# Needs: Microsoft.Authorization/roleAssignments/read at the management group.
$managementGroups = @(Find-Text $treeFile '"id"\s*:\s*"/providers/Microsoft\.Management/managementGroups/([^"/]+)"')
foreach ($group in $managementGroups) {
    Write-Host "management group $group"
    $scope = "/providers/Microsoft.Management/managementGroups/$group"
    $at = $arm.TrimEnd('/') + $scope + '/providers/Microsoft.Authorization'
    Save-Part 'roleAssignments' $scope 'GET' ($at + '/roleAssignments?api-version=2022-04-01&$filter=atScope()') (Join-Path $Folder "role-assignments-group-$group.json")
    Save-Part 'eligibleAssignments' $scope 'GET' ($at + '/roleEligibilityScheduleInstances?api-version=2020-10-01&$filter=atScope()') (Join-Path $Folder "eligible-group-$group.json")
}

# ---------------------------------------------- rights, one subscription at a time
# Each list holds what is assigned above the subscription, at it and below it.
foreach ($subscription in $subscriptions) {
    Write-Host "subscription $subscription"
    $scope = "/subscriptions/$subscription"
    $at = $arm.TrimEnd('/') + $scope + '/providers/Microsoft.Authorization'

    # Who holds which role where, with conditions.
    # Needs: Microsoft.Authorization/roleAssignments/read
    Save-Part 'roleAssignments' $scope 'GET' ($at + '/roleAssignments?api-version=2022-04-01') (Join-Path $Folder "role-assignments-$subscription.json")

    # What the tenant's own roles contain. azrbac knows the built-in ones.
    # Needs: Microsoft.Authorization/roleDefinitions/read
    Save-Part 'roleDefinitions' $scope 'GET' ($at + '/roleDefinitions?api-version=2022-05-01-preview&$filter=type%20eq%20%27CustomRole%27') (Join-Path $Folder "custom-roles-$subscription.json")

    # What is denied, whatever roles say. The newer version of the interface tells
    # denies that are only on trial (audit) from those that bind.
    # Needs: Microsoft.Authorization/denyAssignments/read
    $denyFile = Join-Path $Folder "deny-assignments-$subscription.json"
    try {
        Save-Pages 'GET' ($at + '/denyAssignments?api-version=2024-07-01-preview') $denyFile
        Add-Read 'denyAssignments' $scope
    } catch {
        if (Test-Path -LiteralPath $denyFile) { Remove-Item -LiteralPath $denyFile }
        Save-Part 'denyAssignments' $scope 'GET' ($at + '/denyAssignments?api-version=2022-04-01') $denyFile
    }

    # What could be activated through Privileged Identity Management, and what is
    # active until a certain hour.
    # Needs: Microsoft.Authorization/roleEligibilityScheduleInstances/read and
    # .../roleAssignmentScheduleInstances/read, and PIM in the tenant.
    Save-Part 'eligibleAssignments' $scope 'GET' ($at + '/roleEligibilityScheduleInstances?api-version=2020-10-01') (Join-Path $Folder "eligible-$subscription.json")
    Save-Part 'timeBoundAssignments' $scope 'GET' ($at + '/roleAssignmentScheduleInstances?api-version=2020-10-01') (Join-Path $Folder "time-bound-$subscription.json")

    # Locks stop owners too.
    # Needs: Microsoft.Authorization/locks/read
    Save-Part 'locks' $scope 'GET' ($at + '/locks?api-version=2020-05-01') (Join-Path $Folder "locks-$subscription.json")

    # Resources with the settings that open or close other doors than roles: local
    # authentication, shared keys, a vault's access policies (object ids and
    # permissions, no secrets), and the identities that resources carry.
    # Needs: Reader. Switches that sit on child resources are not all in it.
    $query = $arm + 'providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01'
    Save-Part 'resources' $scope 'POST' $query (Join-Path $Folder "resources-$subscription.json") 'resources | project id, type, name, location, tags, identity, properties | order by id asc' $subscription
    Save-Part 'resourceGroups' $scope 'POST' $query (Join-Path $Folder "resource-groups-$subscription.json") "resourcecontainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | project id, type, name, location, tags, managedBy, properties | order by id asc" $subscription
}

# ------------------------------------------------------------------- who is who
# Needs, on Entra: Directory Readers, or the default rights of a member.
Write-Host 'users'
Save-Part 'users' '/' 'GET' ($graph + 'v1.0/users?$select=id,displayName,userPrincipalName,mail,userType,accountEnabled&$top=999') (Join-Path $Folder 'users.json')

# Applications and managed identities. alternativeNames tell which resource a
# managed identity belongs to, appOwnerOrganizationId whose application it is.
Write-Host 'service principals'
Save-Part 'servicePrincipals' '/' 'GET' ($graph + 'v1.0/servicePrincipals?$select=id,appId,displayName,servicePrincipalType,alternativeNames,appOwnerOrganizationId,accountEnabled&$top=999') (Join-Path $Folder 'service-principals.json')

# ----------------------------------------------------------- groups, all the way
# The objects of every page of a short list.
function Get-Objects([string] $Url) {
    while ($Url) {
        $page = ConvertFrom-Json (Get-Reply 'GET' $Url '')
        $page.value
        $Url = $page.'@odata.nextLink'
    }
}

# First all groups of the tenant, without members.
Write-Host 'groups'
$known = @{}
try {
    foreach ($group in @(Get-Objects ($graph + 'v1.0/groups?$select=id,displayName,securityEnabled,mailEnabled&$top=999'))) {
        if ($group) { $known[$group.id.ToLowerInvariant()] = $group }
    }
    Add-Read 'groups' '/'
} catch {
    Add-Unread 'groups' '/' $_.Exception.Message
}

# Start from the groups that the rights above name, or a setting such as a vault's
# access policy; then follow the groups among their members, and theirs, each
# once: nesting may go round in circles.
$todo = New-Object System.Collections.Queue
$seen = @{}
function Add-Group([string] $Id) {
    $key = $Id.ToLowerInvariant()
    if ($known.ContainsKey($key) -and -not $seen.ContainsKey($key)) {
        $seen[$key] = $true
        $todo.Enqueue($key)
    }
}
if ($AllGroups) {
    foreach ($key in @($known.Keys)) { Add-Group $key }
} else {
    $guid = '([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})'
    foreach ($name in 'role-assignments-*', 'deny-assignments-*', 'eligible-*', 'time-bound-*', 'resources-*') {
        foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Filter "$name.json")) {
            foreach ($id in @(Find-Text $file.FullName $guid)) { if ($id) { Add-Group $id } }
        }
    }
}
$groupFile = Join-Path $Folder 'groups.json'
while ($todo.Count -gt 0) {
    # The members of one group, written as one object. The beta interface is
    # asked: version 1.0 leaves service principals out of the list.
    # Needs: the members to be visible to you; hidden memberships are not.
    $key = $todo.Dequeue()
    $group = $known[$key]
    try {
        $members = @(Get-Objects ($graph + "beta/groups/$key/members?`$select=id&`$top=999") | Where-Object { $_ })
    } catch {
        Add-Unread 'groupMembers' $key $_.Exception.Message
        continue
    }
    foreach ($member in $members) { Add-Group $member.id }
    $whole = [ordered] @{
        id              = $group.id
        displayName     = $group.displayName
        securityEnabled = $group.securityEnabled
        mailEnabled     = $group.mailEnabled
        members         = @($members | ForEach-Object { [ordered] @{ '@odata.type' = $_.'@odata.type'; id = $_.id } })
    }
    Add-Text $groupFile (ConvertTo-Json -Depth 5 -InputObject $whole)
}

# ----------------------------------------------------------------------- the end
$summary = [ordered] @{
    azrbacSnapshot = 1
    tenantId       = $tenant
    takenAt        = $taken
    read           = $read.ToArray()
    unread         = $unread.ToArray()
}
Add-Text (Join-Path $Folder 'azrbac-snapshot.json') (ConvertTo-Json -Depth 5 -InputObject $summary)

Write-Host ''
if ($unread.Count -eq 0) {
    Write-Host "complete: $Folder"
} else {
    Write-Host "$($unread.Count) parts could not be read; they are listed above and in azrbac-snapshot.json"
}
Write-Host "ask it: azrbac can PRINCIPAL OPERATION SCOPE -t $Folder"
if ($unread.Count -gt 0) { exit 1 }
