-- The fingerprint of the key that codes are made under, one row: a server with another key is refused. It opens nothing.
CREATE TABLE code_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint BLOB NOT NULL
);
