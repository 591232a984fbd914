"""The loops that ``sweep`` compiles: plain numbers in, plain numbers out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
"""An array of numbers, of instants in microseconds or of yes and no."""


def choose(
    customers: Numbers,
    instants: Numbers,
    codes: Numbers,
    kind_of: Numbers,
    kinds: Numbers,
    edges: Numbers,
    window: int,
    as_of: int,
    first: int,
    end: int,
    is_first: bool,
    before: int,
    room: Numbers,
    times: Numbers,
    who: Numbers,
    place: Numbers,
    entered: Numbers,
    level: Numbers,
    is_open: Numbers,
) -> int:
    """Find the attempts that count of whole customers.

    Rows of one instant follow each other whichever way they lie, and each fills one
    step, so what an instant adds to an attempt is told by how many rows it has of
    which kind.

    Args:
        customers: Whose row it is.
        instants: When, in microseconds.
        codes: What happened.
        kind_of: The kind of step that each code fills, from 1; 0 for none.
        kinds: The kind of each step; steps of one kind are filled by the same rows.
        edges: When intervals of entry begin; one for no intervals.
        window: Longest time from the entry, its end included.
        as_of: The end of the observed time.
        first: The first instant of entries.
        end: The instant after the last of them.
        is_first: The first attempt counts, not the one that gets furthest.
        before: The customer of the last row before these.
        room: Four rows of room for a customer's rows and instants, one more of each.
        times: Filled: when the steps were reached.
        who: Filled: the customer.
        place: Filled: the place of the interval among the edges.
        entered: Filled: when the attempt began.
        level: Filled: how many steps it reached.
        is_open: Filled: whether one of those it stands for still has time.

    Returns:
        How many attempts were filled in; -1 where the rows lay out of order.
    """
    # Element by element: whole arrays take the compiler three times as long.
    steps, many, found = len(kinds), len(customers), 0
    kind_at, moments, begins, present = room[0], room[1], room[2], room[3]
    left = np.zeros(steps + 1, np.int64)
    nexts = np.zeros(steps, np.int64)
    reached = np.zeros(steps, np.int64)
    row = 0
    while row < many:
        customer = customers[row]
        if customer <= before:
            return -1
        before = customer
        rows, spots, moment, mask = 0, 0, 0, 0
        latest = instants[row]
        while row < many and customers[row] == customer:
            at = instants[row]
            if at < latest:
                return -1
            latest = at
            kind = kind_of[codes[row]]
            if kind:
                if spots == 0 or at != moment:
                    moment, mask = at, 0
                    moments[spots], begins[spots] = at, rows
                    spots += 1
                mask |= 1 << kind
                present[spots - 1] = mask
                kind_at[rows] = kind
                rows += 1
            row += 1
        begins[spots] = rows
        for step in range(steps):
            nexts[step] = 0
        interval, interval_so_far, best, has_time = 0, -1, 0, False
        # Beyond the last row of a step nobody gets who enters later.
        most = steps
        for entry in range(spots):
            at = moments[entry]
            # The kind of the first step is 1.
            if not present[entry] & 2 or not first <= at < end:
                continue
            while interval + 1 < len(edges) and edges[interval + 1] <= at:
                interval += 1
            if interval != interval_so_far:
                if best:
                    is_open[found] = best < steps and has_time
                    found += 1
                interval_so_far, best, has_time = interval, 0, False
            if is_first and best:
                continue
            has_time |= at + window > as_of
            if best >= most:
                continue
            spot, got = entry, 0
            while True:
                if begins[spot + 1] - begins[spot] == 1:
                    reached[got] = moments[spot]
                    got += 1
                else:
                    for kind in range(steps + 1):
                        left[kind] = 0
                    for each in range(begins[spot], begins[spot + 1]):
                        left[kind_at[each]] += 1
                    while got < steps and left[kinds[got]]:
                        left[kinds[got]] -= 1
                        reached[got] = moments[spot]
                        got += 1
                if got == steps:
                    break
                # No later entry gets to a step earlier, so the search goes on where
                # the one of the entry before ended.
                following = max(nexts[got], spot + 1)
                while following < spots and not present[following] >> kinds[got] & 1:
                    following += 1
                nexts[got] = following
                if following == spots:
                    most = got
                    break
                if moments[following] - at > window:
                    break
                spot = following
            if got > best:
                best = got
                who[found], place[found], entered[found] = customer, interval, at
                level[found] = got
                for step in range(got):
                    times[found, step] = reached[step]
        if best:
            is_open[found] = best < steps and has_time
            found += 1
    return found


def reach(
    customers: Numbers,
    instants: Numbers,
    codes: Numbers,
    kind_of: Numbers,
    steps: int,
    window: int,
    first: int,
    end: int,
    over: int,
    before: int,
    who: Numbers,
    latest: Numbers,
    level: Numbers,
    latest_over: Numbers,
    level_over: Numbers,
) -> int:
    """Find how far whole customers come, where no row could fill two steps.

    Twice as fast as the attempts: of all entries that can still reach a step the
    latest has the most time left, so it alone is carried from row to row.

    Args:
        customers: Whose row it is.
        instants: When, in microseconds.
        codes: What happened.
        kind_of: The step that each code fills; 0 for none.
        steps: How many there are.
        window: Longest time from the entry, its end included.
        first: The first instant of entries.
        end: The instant after the last of them.
        over: The instant after the last entry of those that are also told apart.
        before: The customer of the last row before these.
        who: Filled: the customers who entered.
        latest: Filled: when they entered last.
        level: Filled: their furthest step.
        latest_over: Filled: when they entered last of the entries before ``over``.
        level_over: Filled: their furthest step from those; 0 for none of them.

    Returns:
        How many customers were filled in; -1 where the rows lay out of order.
    """
    never = -(1 << 62)
    # The second row is of the entries before ``over``; it is needed from there on.
    start = np.full((2, steps + 1), never)
    best = np.zeros(2, np.int64)
    if len(customers) and customers[0] <= before:
        return -1
    customer, instant, done, found, counts = before, never, 0, 0, 1
    entered, entered_over = never, never
    for row in range(len(customers)):
        at, now = instants[row], customers[row]
        if now != customer:
            if now < customer:
                return -1
            if best[0]:
                who[found], latest[found], level[found] = customer, entered, best[0]
                latest_over[found] = entered if counts == 1 else entered_over
                level_over[found] = best[counts - 1]
                found += 1
            for step_before in range(steps + 1):
                start[0, step_before] = never
            customer, instant, done, counts, best[0] = now, at, 0, 1, 0
        elif at != instant:
            if at < instant:
                return -1
            instant, done = at, 0
        step = kind_of[codes[row]]
        if step == 0 or (step == 1 and not first <= at < end):
            continue
        if step == 1:
            if at >= over and counts == 1:
                counts, entered_over, best[1] = 2, entered, best[0]
                for step_before in range(steps + 1):
                    start[1, step_before] = start[0, step_before]
            # An entry follows itself.
            entered = start[0, 0] = at
        # Entries come in order: whatever enters from there on is in the first only.
        for count in range(1 if step == 1 else counts):
            since = start[count, step - 1]
            if at - since <= window:
                start[count, step] = since
                best[count] = max(best[count], step)
            # Rows of one instant follow each other whichever way they lie, so those of
            # later steps that came before this one are looked at again.
            if done >> step:
                for later in range(step + 1, steps + 1):
                    since = start[count, later - 1]
                    if done >> later & 1 and at - since <= window:
                        start[count, later] = since
                        best[count] = max(best[count], later)
        done |= 1 << step
    if best[0]:
        who[found], latest[found], level[found] = customer, entered, best[0]
        latest_over[found] = entered if counts == 1 else entered_over
        level_over[found] = best[counts - 1]
        found += 1
    return found
