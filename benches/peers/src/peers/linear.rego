package tenant

import rego.v1

default allow := false

allow if {
	not denied
	some assigned in data.assignments
	assigned.holder in data.ids[input.principal]
	assigned.scope in data.above[input.scope]
	holds(data.roles[assigned.role])
}

denied if {
	some deny in data.denies
	deny.holder in data.ids[input.principal]
	deny.scope in data.above[input.scope]
	holds(data.shapes[deny.shape])
}

holds(blocks) if {
	some block in blocks
	matches(block[input.plane].allow)
	not matches(block[input.plane].except)
}

matches(patterns) if {
	some pattern in patterns
	glob.match(pattern, null, input.operation)
}
