-- What is asked often stays quick with a million members and with ten thousand lots of one of them.

-- A member's lots in spend order; those without an end come last.
CREATE INDEX lots_to_spend ON lots (member_id, COALESCE(ends_at, 9223372036854775807), id)
    WHERE pending + available + held > 0;

-- A member's open holds: each of their requests looks whether one is over.
CREATE INDEX redemptions_held_by ON redemptions (member_id, state_at) WHERE state = 'held';

-- What is old is forgotten without reading what is not.
CREATE INDEX sessions_ended ON sessions (ends_at);
CREATE INDEX attempts_counted_old ON attempts_counted (at);
