package tenant

import rego.v1

default allow := false

allow if {
	not denied
	some id in data.ids[input.principal]
	some assigned in data.assignments[id]
	assigned.scope in data.above[input.scope]
	holds(data.roles[assigned.role])
}

denied if {
	some id in data.ids[input.principal]
	some deny in data.denies[id]
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
