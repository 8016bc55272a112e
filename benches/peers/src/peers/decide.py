"""The same questions to a Python script: it reads a tenant, answers, and times itself when told to.

Standard input: one line of JSON, then a line for every pass. Standard output: a line with the answers
and how long it took to get ready, then one line of JSON for every pass.
"""

import json
import re
import sys
from time import perf_counter, perf_counter_ns


def compiled(lists):
    return [[re.compile(text).match for text in side] for side in lists]


def holds(blocks, plane, operation):
    for block in blocks:
        allow, leave_out = block[plane]
        for match in allow:
            if match(operation):
                break
        else:
            continue
        for match in leave_out:
            if match(operation):
                break
        else:
            return True
    return False


def main():
    tenant = json.loads(sys.stdin.readline())
    start = perf_counter()
    groups_of, parents = tenant["groups_of"], tenant["parents"]
    roles = [[[compiled(side) for side in block] for block in role] for role in tenant["roles"]]
    shapes = [[[compiled(side) for side in block] for block in shape] for shape in tenant["shapes"]]
    assignments, denies = tenant["assignments"], tenant["denies"]

    def ids_of(principal):
        found = {principal}
        waiting = [principal]
        while waiting:
            for group in groups_of.get(waiting.pop(), ()):
                if group not in found:
                    found.add(group)
                    waiting.append(group)
        return found

    def at_and_above(scope):
        found = {scope}
        while scope in parents:
            scope = parents[scope]
            found.add(scope)
        return found

    def linear(principal, plane, operation, scope):
        ids, above = ids_of(principal), at_and_above(scope)
        for holder, place, shape in denies:
            if holder in ids and place in above and holds(shapes[shape], plane, operation):
                return False
        for holder, place, role in assignments:
            if holder in ids and place in above and holds(roles[role], plane, operation):
                return True
        return False

    by_holder, denied = {}, {}
    for index, entries in (by_holder, assignments), (denied, denies):
        for holder, place, what in entries:
            index.setdefault(holder, []).append((place, what))

    def patterns_first(principal, plane, operation, scope):
        ids, above = ids_of(principal), at_and_above(scope)
        for holder in ids:
            for place, shape in denied.get(holder, ()):
                if holds(shapes[shape], plane, operation) and place in above:
                    return False
        for holder in ids:
            for place, role in by_holder.get(holder, ()):
                if holds(roles[role], plane, operation) and place in above:
                    return True
        return False

    def scopes_first(principal, plane, operation, scope):
        ids, above = ids_of(principal), at_and_above(scope)
        for holder in ids:
            for place, shape in denied.get(holder, ()):
                if place in above and holds(shapes[shape], plane, operation):
                    return False
        for holder in ids:
            for place, role in by_holder.get(holder, ()):
                if place in above and holds(roles[role], plane, operation):
                    return True
        return False

    ways = {"linear": linear, "patterns first": patterns_first, "scopes first": scopes_first}
    decide = ways[tenant["way"]]
    ready = perf_counter() - start

    answers = []
    start = perf_counter()
    for question in tenant["questions"]:
        answers.append(decide(*question))
        if perf_counter() - start > tenant["budget"]:
            break
    questions = tenant["questions"][: len(answers)]
    print(json.dumps({"ready": ready, "answers": answers}), flush=True)

    for _ in sys.stdin:
        times = []
        whole = perf_counter_ns()
        for principal, plane, operation, scope in questions:
            start = perf_counter_ns()
            decide(principal, plane, operation, scope)
            times.append(perf_counter_ns() - start)
        whole = perf_counter_ns() - whole
        print(json.dumps({"times": times, "whole": whole}), flush=True)


main()
