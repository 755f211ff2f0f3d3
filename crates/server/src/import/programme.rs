//! The programme's texts of a file. Fields that the file does not name stay as they are; `null` removes one.

use super::{
    fields::{Faults, Fields, LINE, Says, TEXT, joined, rows},
    limits::{ADDRESS_LETTERS_MAX, LIST_MAX},
    rows::{WindowNames, window},
};
use crate::catalogue::{AnnouncementTexts, Bilingual, ContactTexts, ProgrammeTexts, QuestionTexts};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt};
use tukar_wire::{ContactKind, Moment};

/// What a file says of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Nothing: it stays.
    #[default]
    Keep,
    /// This takes its place.
    Set(T),
    /// It goes.
    Remove,
}

impl<T: Clone + Default + PartialEq> Change<T> {
    fn apply(&self, field: &mut T) {
        match self {
            Change::Keep => {}
            Change::Set(value) => field.clone_from(value),
            Change::Remove => *field = T::default(),
        }
    }
}

/// What a file changes in the programme's texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgrammeChange {
    /// Name; it can't be removed.
    pub name: Change<Bilingual>,
    /// Sentences of the policy.
    pub policy: Change<Vec<Bilingual>>,
    /// Questions with their answers.
    pub questions: Change<Vec<QuestionTexts>>,
    /// Ways to reach a person.
    pub contacts: Change<Vec<ContactTexts>>,
    /// News, newest first.
    pub announcements: Change<Vec<AnnouncementTexts>>,
}

impl ProgrammeChange {
    /// The texts with this change.
    #[must_use]
    pub fn applied_to(&self, before: &ProgrammeTexts) -> ProgrammeTexts {
        let mut texts = before.clone();
        self.name.apply(&mut texts.name);
        self.policy.apply(&mut texts.policy);
        self.questions.apply(&mut texts.questions);
        self.contacts.apply(&mut texts.contacts);
        self.announcements.apply(&mut texts.announcements);
        texts
    }

    /// Lists that are given and hold nothing.
    pub(super) fn emptied(&self) -> impl Iterator<Item = &'static str> {
        fn is_empty<T>(change: &Change<Vec<T>>) -> bool {
            matches!(change, Change::Set(list) if list.is_empty())
        }
        [
            ("policy", is_empty(&self.policy)),
            ("questions", is_empty(&self.questions)),
            ("contacts", is_empty(&self.contacts)),
            ("announcements", is_empty(&self.announcements)),
        ]
        .into_iter()
        .filter_map(|(name, empty)| empty.then_some(name))
    }

    /// What becomes of each field, a line each.
    #[must_use]
    pub fn told(&self, before: &ProgrammeTexts) -> ProgrammeTold {
        let after = self.applied_to(before);
        ProgrammeTold(vec![
            told_of("name", &self.name, Sides { before: &before.name, after: &after.name }, |_| None),
            told_of("policy", &self.policy, Sides { before: &before.policy, after: &after.policy }, |list| {
                Some(list.len())
            }),
            told_of(
                "questions",
                &self.questions,
                Sides { before: &before.questions, after: &after.questions },
                |list| Some(list.len()),
            ),
            told_of(
                "contacts",
                &self.contacts,
                Sides { before: &before.contacts, after: &after.contacts },
                |list| Some(list.len()),
            ),
            told_of(
                "announcements",
                &self.announcements,
                Sides { before: &before.announcements, after: &after.announcements },
                |list| Some(list.len()),
            ),
        ])
    }
}

/// A field before and after.
struct Sides<'a, T> {
    before: &'a T,
    after: &'a T,
}

fn told_of<T: PartialEq>(
    name: &'static str,
    change: &Change<T>,
    sides: Sides<'_, T>,
    count: impl Fn(&T) -> Option<usize>,
) -> String {
    let (before, after) = (count(sides.before), count(sides.after));
    let was = before.map_or(String::new(), |before| format!(" (was {before})"));
    let is = after.map_or(String::new(), |after| format!(" {after}"));
    match change {
        Change::Keep => format!("{name}:{is} kept, not in the file"),
        Change::Remove => format!("{name}: removed{was}"),
        Change::Set(_) if sides.before == sides.after => format!("{name}:{is} unchanged"),
        Change::Set(_) => format!("{name}:{is} changed{was}"),
    }
}

/// What an import did to the programme's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeTold(Vec<String>);

impl fmt::Display for ProgrammeTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

const CONTACTS: &[(&str, ContactKind)] = &[
    ("phone", ContactKind::Phone),
    ("email", ContactKind::Email),
    ("chat", ContactKind::Chat),
    ("ussd", ContactKind::Ussd),
    ("place", ContactKind::Place),
];

/// The change, when it can be read.
pub(super) fn programme(raw: &RawValue, now: Moment, faults: &mut Faults<'_>) -> Option<ProgrammeChange> {
    faults.row = "programme".to_owned();
    let mut fields = Fields::of(raw, "", faults)?;
    let name = match fields.says(NAME) {
        Says::Nothing => Change::Keep,
        Says::Null => {
            faults.add(fields.place_of(NAME, faults), NAME, "can't be removed");
            let _ = fields.take_raw(NAME);
            Change::Keep
        }
        Says::Value => fields.bilingual(NAME, LINE, faults).map_or(Change::Keep, Change::Set),
    };
    let policy = list(&mut fields, "policy", faults, |f, faults| f.bilingual("text", TEXT, faults));
    let questions = list(&mut fields, "questions", faults, |f, faults| {
        let id = f.line("id", faults);
        let (ask, answer) = (f.bilingual("ask", LINE, faults), f.bilingual("answer", TEXT, faults));
        Some(QuestionTexts { id: id?, ask: ask?, answer: answer? })
    });
    once(&questions, "questions", |question| &question.id, &fields, faults);
    let contacts = list(&mut fields, "contacts", faults, contact);
    let mut announcements = list(&mut fields, "announcements", faults, |f, faults| {
        let id = f.line("id", faults);
        let (title, body) = (f.bilingual("title", LINE, faults), f.bilingual("body", TEXT, faults));
        let shown = window(f, WindowNames { from: "at", until: "until" }, now, faults);
        let at = shown.from.unwrap_or(now);
        Some(AnnouncementTexts { id: id?, title: title?, body: body?, at, until: shown.until })
    });
    once(&announcements, "announcements", |news| &news.id, &fields, faults);
    fields.refuse_rest(faults);
    faults.row.clear();
    if let Change::Set(news) = &mut announcements {
        news.sort_by_key(|news| std::cmp::Reverse(news.at));
    }
    Some(ProgrammeChange { name, policy, questions, contacts, announcements })
}

const NAME: &str = "name";

/// An id stands once in a list.
fn once<T>(
    list: &Change<Vec<T>>,
    name: &str,
    id: impl Fn(&T) -> &String,
    fields: &Fields<'_>,
    faults: &mut Faults<'_>,
) {
    let Change::Set(list) = list else { return };
    let mut places: HashMap<&String, usize> = HashMap::new();
    for (at, entry) in list.iter().enumerate() {
        if let Some(first) = places.insert(id(entry), at) {
            let reason = format!("{:?} stands in {name}[{first}] already", id(entry));
            faults.add(fields.place, &format!("{name}[{at}].id"), reason);
        }
    }
}

fn contact(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<ContactTexts> {
    let kind = if fields.has("kind") {
        fields.word("kind", CONTACTS, faults)
    } else {
        let _ = fields.take_raw("kind");
        faults.add(fields.place, &joined(&fields.path, "kind"), "is missing");
        None
    };
    let label = fields.bilingual("label", LINE, faults);
    let place = fields.place;
    let href = fields.address("href", ADDRESS_LETTERS_MAX, faults);
    let note = fields.bilingual("note", TEXT, faults);
    if let Some(href) = &href
        && !["https:", "tel:", "sms:", "mailto:"].iter().any(|scheme| href.starts_with(scheme))
    {
        faults.add(place, &joined(&fields.path, "href"), "must start with https:, tel:, sms: or mailto:");
    }
    Some(ContactTexts { kind: kind?, label: label?, href: href?, note: note? })
}

fn list<'a, T>(
    fields: &mut Fields<'a>,
    name: &str,
    faults: &mut Faults<'_>,
    read: impl Fn(&mut Fields<'a>, &mut Faults<'_>) -> Option<T>,
) -> Change<Vec<T>> {
    match fields.says(name) {
        Says::Nothing => return Change::Keep,
        Says::Null => {
            let _ = fields.take_raw(name);
            return Change::Remove;
        }
        Says::Value => {}
    }
    let Some(raw) = fields.take_raw(name) else { return Change::Keep };
    let mut found = Vec::new();
    for (index, row) in rows(raw, name, LIST_MAX, faults).into_iter().enumerate() {
        if let Some(mut inner) = Fields::of(row, &format!("{name}[{index}]"), faults) {
            found.extend(read(&mut inner, faults));
            inner.refuse_rest(faults);
        }
    }
    Change::Set(found)
}
