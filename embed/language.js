// Which language is shown. The same order as in the widget and on the server (src/i18n/values.rs): whoever wishes first is
// heard first, and the first wish that names a language of ours counts.

// Indonesian, its old tag, and the languages whose speakers read it.
const READ_INDONESIAN = ['id', 'in', 'ms', 'jv', 'su'];

function known(tag) {
  const primary = String(tag ?? '').toLowerCase().split(/[-_]/)[0];
  if (primary === 'en') return 'en';
  return READ_INDONESIAN.includes(primary) ? 'id' : undefined;
}

/** `id` or `en`, of the first tag that is one of ours; Indonesian where none is. */
export const languageOf = (...tags) => tags.map(known).find(Boolean) ?? 'id';
