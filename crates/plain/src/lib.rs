//! The widget's screens as HTML: what a visitor sees before the widget runs, and all they see where it can't.
//!
//! Pure: data in, markup out. Texts, the catalogue's search and order, and the words for every reason are the widget's
//! own files, included by path, so that the two never tell different things. The session's token stands in hidden
//! fields of forms that POST, and nowhere else: no address, no cookie.

pub mod balance;
pub mod catalog;
pub mod code;
#[path = "../../../src/fold.rs"]
pub mod fold;
pub mod help;
pub mod history;
pub mod i18n;
#[path = "../../../src/ui/icon/paths.rs"]
mod icons;
pub mod locker;
pub mod redeem;
pub mod sign_in;
#[path = "../../../src/app/tab.rs"]
mod tab;

use i18n::I18n;
pub use maud::Markup;
use maud::{PreEscaped, html};
pub use tab::Tab;
use tukar_wire::{Member, Moment, Problem};

/// Where a tab is POSTed to.
#[must_use]
pub fn path_of(tab: Tab) -> &'static str {
    match tab {
        Tab::Rewards => "/plain/home",
        Tab::Locker => "/plain/locker",
        Tab::History => "/plain/history",
        Tab::Help => "/plain/help",
    }
}

/// Who looks, from where, in which language.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Language and formats.
    pub i18n: I18n,
    /// The server's clock.
    pub now: Moment,
    /// The programme's name; empty: the texts' own.
    pub name: String,
    /// Whether to say that the data are a demo's.
    pub demo: bool,
    /// The partner whose frame this is; absent on the programme's own page.
    pub partner: Option<String>,
    /// The theme that the page around wants; absent: the reader's own.
    pub theme: Option<&'static str>,
    /// Who is signed in.
    pub session: Option<Signed>,
    /// The tab that this is behind, or leads back to.
    pub tab: Tab,
}

/// A session and whose it is.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its token; written into hidden fields only.
    pub token: String,
    /// Who.
    pub member: Member,
}

/// What a form sends besides what is typed: name and value.
pub type Fields<'a> = &'a [(&'a str, &'a str)];

impl Visit {
    /// The page that the widget takes over: `/`, or the frame's.
    #[must_use]
    pub fn home(&self) -> &'static str {
        if self.partner.is_some() { "/frame" } else { "/" }
    }

    /// Hidden fields that every form carries.
    fn carried(&self, fields: Fields<'_>) -> Markup {
        html! {
            @if let Some(signed) = &self.session { input type="hidden" name="session" value=(signed.token); }
            input type="hidden" name="locale" value=(self.i18n.texts().tag);
            @if let Some(partner) = &self.partner { input type="hidden" name="partner" value=(partner); }
            @if let Some(theme) = self.theme { input type="hidden" name="theme" value=(theme); }
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
        }
    }

    /// A button that opens a tab: with a session by POST; what anybody may see by its address; else by signing in first.
    fn open(&self, tab: Tab, fields: Fields<'_>, button: Markup) -> Markup {
        let get = match tab {
            Tab::Rewards => self.home(),
            Tab::Help => path_of(tab),
            Tab::Locker | Tab::History => "/plain/sign-in",
        };
        let own = [("tab", tab.word())];
        let fields = if fields.is_empty() && tab.is_own() && self.session.is_none() { &own } else { fields };
        self.go((get, path_of(tab)), fields, button)
    }

    /// A form that POSTs, so that what it carries never stands in an address.
    fn form(&self, action: &str, fields: Fields<'_>, body: Markup) -> Markup {
        html! { form method="post" action=(action) class="plain-form" { (self.carried(fields)) (body) } }
    }

    /// A button that leads on: with a session by POST, else by GET.
    fn go(&self, (get, post): (&str, &str), fields: Fields<'_>, button: Markup) -> Markup {
        if self.session.is_some() {
            return self.form(post, fields, button);
        }
        html! { form method="get" action=(get) class="plain-form" { (self.carried(fields)) (button) } }
    }
}

/// The whole page, in its box: its own, or the one that the widget will take over.
#[must_use]
pub fn page(visit: &Visit, content: &Markup, taken_over: bool) -> Markup {
    html! { div.tukar-page slot=[taken_over.then_some("early")] data-theme=[visit.theme] { (shell(visit, content)) } }
}

/// The bar with what leads elsewhere, and `content`.
fn shell(visit: &Visit, content: &Markup) -> Markup {
    let texts = visit.i18n.texts();
    let t = texts.app;
    html! {
        div.tukar lang=(texts.tag) {
            @if visit.demo {
                p.shell__demo { (t.demo) " " a href="/demo/inbox" target="_blank" rel="noopener" { (t.inbox) } }
            }
            p.shell__offline {}
            div.shell {
                (bar(visit))
                div.shell__main { (content) }
            }
        }
    }
}

fn bar(visit: &Visit) -> Markup {
    let texts = visit.i18n.texts();
    let t = texts.app;
    let other = if texts.tag == "en" { "id" } else { "en" };
    let name = if visit.name.is_empty() { t.name } else { &visit.name };
    let speak = [("speak", other), ("tab", visit.tab.word())];
    let speak = if visit.tab == Tab::Rewards { &speak[..1] } else { &speak[..] };
    html! {
        header {
            div.shell__bar {
                p.shell__name {
                    svg.shell__mark viewBox="0 0 28 28" aria-hidden="true" {
                        rect width="28" height="28" rx="8" fill="currentColor" {}
                        path d="M8 11h11l-3-3m4 9H9l3 3" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}
                    }
                    (name)
                }
                div.shell__tools {
                    @if let Some(signed) = &visit.session {
                        span.shell__who {
                            b { (signed.member.name) }
                            span.shell__tier { " · " (signed.member.tier_label) }
                        }
                    }
                    (visit.open(visit.tab, speak, html! {
                        button.icon-button lang=(other) aria-label=(t.other_language) { (t.other_language_short) }
                    }))
                    @if visit.session.is_some() {
                        (visit.form("/plain/sign-out", &[], html! { button.icon-button { (t.sign_out) } }))
                    } @else {
                        (visit.go(("/plain/sign-in", ""), &[], html! { button.icon-button.shell__sign-in { (t.sign_in) } }))
                    }
                }
            }
            nav.shell__tabs aria-label=(t.nav) {
                @for (tab, name, icon) in [
                    (Tab::Rewards, t.rewards, icons::GIFT),
                    (Tab::Locker, t.locker, icons::TICKET),
                    (Tab::History, t.history, icons::LIST),
                    (Tab::Help, t.help, icons::HELP),
                ] { (visit.open(tab, &[], tab_button(visit, tab, (name, icon)))) }
            }
        }
    }
}

fn tab_button(visit: &Visit, tab: Tab, (name, icon): (&str, &str)) -> Markup {
    // What is a member's own and not shown yet is not where one is: there one signs in.
    let here = visit.tab == tab && (visit.session.is_some() || !tab.is_own());
    html! {
        button.shell__tab aria-current=[here.then_some("page")] {
            svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
                path d=(icon) {}
            }
            (name)
        }
    }
}

/// Points beside the catalogue, or the invitation to sign in.
#[must_use]
pub fn home(visit: &Visit, points: Option<&tukar_wire::Balance>, rewards: &Markup) -> Markup {
    let t = visit.i18n.texts().app;
    let note = visit.session.as_ref().map(|signed| signed.member.state_note.as_str()).unwrap_or_default();
    html! {
        @if !note.is_empty() {
            div.shell__notice { div class="notice notice--warn" { div { (note) } (to_help(visit)) } }
        }
        div.home {
            div.home__points {
                @if let Some(points) = points { (balance::purse(visit, points)) } @else {
                    section.welcome {
                        h2.screen__title { (t.welcome_title) }
                        p.screen__lead { (t.welcome_body) }
                        (visit.go(("/plain/sign-in", ""), &[], html! {
                            button class="button button--primary button--wide" { (t.sign_in) }
                        }))
                    }
                }
            }
            div.home__rewards { (rewards) }
        }
    }
}

/// The way to what an account that can't redeem is told to do.
pub(crate) fn to_help(visit: &Visit) -> Markup {
    visit.open(Tab::Help, &[], html! { button.link-button { (visit.i18n.texts().app.to_help) } })
}

/// What the server says of a refusal or a failure.
#[must_use]
pub fn notice(visit: &Visit, problem: &Problem) -> Markup {
    let reference = i18n::fill(visit.i18n.texts().redeem.reference_note, &[&problem.reference]);
    html! {
        div class="notice notice--bad" role="alert" {
            p.notice__title { (problem.title) }
            @if !problem.detail.is_empty() { p { (problem.detail) } }
            @if !problem.next.is_empty() { p { (problem.next) } }
            @if !problem.reference.is_empty() { p.notice__reference { (reference) } }
        }
    }
}

/// A screen that says only that.
#[must_use]
pub fn refused(visit: &Visit, title: &str, problem: &Problem) -> Markup {
    html! {
        div.redeem__narrow {
            h2.screen__title { (title) }
            (notice(visit, problem))
            (visit.open(Tab::Rewards, &[], html! {
                button class="button button--primary" { (visit.i18n.texts().redeem.done) }
            }))
        }
    }
}

/// A problem in one line: what happened and what to do next.
fn one_line(problem: &Problem) -> String {
    if let Some(field) = problem.fields.first() {
        return field.message.clone();
    }
    let first = if problem.detail.is_empty() { &problem.title } else { &problem.detail };
    if problem.next.is_empty() { first.clone() } else { format!("{first} {}", problem.next) }
}

/// The field for a one-time code; what was typed stays after an error.
fn code_field(visit: &Visit, typed: &str, error: Option<&str>) -> Markup {
    let label = visit.i18n.texts().redeem.code_label;
    html! {
        div.code-field style=(PreEscaped("--code-digits:6")) {
            label.code-field__label for="plain-code" { (label) }
            input #plain-code.code-field__input type="text" name="code" inputmode="numeric" autocomplete="one-time-code"
                autocapitalize="off" spellcheck="false" dir="ltr" maxlength="1000" required value=(typed) autofocus
                aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "plain-code-error")];
            p #plain-code-error.code-field__error role="alert" { @if let Some(error) = error { (error) } }
        }
    }
}
