-- One row that is written to see whether the database can be written (`/readyz`).
CREATE TABLE readiness (
    one        BIGINT PRIMARY KEY CHECK (one = 1),
    written_at BIGINT NOT NULL
);
INSERT INTO readiness (one, written_at) VALUES (1, 0);
