-- Sites that may show the widget. `origins` is a JSON list of exact origins.
CREATE TABLE partners (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    origins    TEXT COLLATE "C" NOT NULL,
    mode       TEXT COLLATE "C" NOT NULL CHECK (mode IN ('frame', 'inline')),
    accent     TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
