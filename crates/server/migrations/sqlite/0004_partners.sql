-- Sites that may show the widget. `origins` is a JSON list of exact origins.
CREATE TABLE partners (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    origins    TEXT NOT NULL,
    mode       TEXT NOT NULL CHECK (mode IN ('frame', 'inline')),
    accent     TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
);
