-- The fingerprint of the key that codes are made under, one row: a server with another key is refused. It opens nothing.
CREATE TABLE code_key (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    fingerprint BYTEA NOT NULL
);
