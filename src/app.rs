//! The shell: which screen is shown, who is here, and how the screens hand over to each other. The only place that
//! joins features.

mod clock;
mod left_card;
mod tab;
mod then;

use crate::api::{Client, attempt};
use crate::balance::Balance;
use crate::catalog::Catalog;
use crate::embed::{Command, HostEvent, Settings, emit, place_of};
use crate::history::History;
use crate::i18n::{I18n, language_of};
use crate::locker::Locker;
use crate::redeem::flow::Order;
use crate::redeem::{Begin, Contacts, Leave, Redeem, Spent, receipt_left, screen_left, unfinished};
use crate::session::{Session, SignIn, Who};
use crate::support::Support;
use crate::ui::icon::{GIFT, HELP, Icon, LIST, TICKET};
use crate::ui::notice::{Notice, Tone};
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use crate::ui::viewport;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tab::Tab;
use tukar_wire::{Moment, Programme, RewardDetail};
use wasm_bindgen::JsValue;

const SCREEN: &str = "tukar.screen";
const ZONE: &str = "tukar.zone";

/// What fills the page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Screen {
    Tab(Tab),
    /// The sign-in, and where it leads.
    SignIn {
        then: Box<Screen>,
        ended: bool,
    },
    Redeem {
        begin: Begin,
        from: Tab,
    },
}

#[derive(Clone, Copy)]
struct Shell {
    i18n: I18n,
    session: Session,
    now: Signal<Moment>,
    screen: RwSignal<Screen>,
    points_version: RwSignal<u32>,
    programme: RwSignal<Option<Programme>>,
    settings: Signal<Settings>,
    /// What a listener of the page held back; `proceed()` goes on with it.
    held: RwSignal<Option<Screen>>,
    host: StoredValue<web_sys::HtmlElement>,
    /// Points moved; with what was spent. Also told by a redemption whose screen has gone.
    on_moved: Callback<Option<Spent>>,
}

impl Shell {
    fn go(self, screen: Screen) {
        screen_left();
        match &screen {
            Screen::Tab(tab) => attempt::keep_value(SCREEN, &tab.word()),
            Screen::SignIn { then, ended } => {
                self.session.begin_sign_in();
                then::keep(then, *ended);
            }
            Screen::Redeem { begin, from } => {
                attempt::keep_value(SCREEN, &from.word());
                if let Begin::Reward(order) = begin {
                    left_card::leave(&order.reward_id);
                }
            }
        }
        self.screen.set(screen);
    }

    /// Shows what needs a session, or the sign-in first. In a session that only reads, what spends or shows vouchers asks
    /// for a code.
    fn go_signed_in(self, screen: Screen) {
        let reads = matches!(screen, Screen::Tab(Tab::Rewards | Tab::History | Tab::Help));
        let may = || if reads { self.session.is_open() } else { self.session.is_whole() };
        if untrack(may) {
            self.go(screen);
        } else {
            self.go(Screen::SignIn { then: Box::new(screen), ended: false });
        }
    }

    fn reload_points(self) {
        self.points_version.update(|version| *version = version.wrapping_add(1));
    }

    /// `false`: the page held it back.
    fn tell(self, event: &HostEvent) -> bool {
        self.host.with_value(|host| emit(host, event))
    }

    /// The panel or dialog around the widget is to close; shown in one only (style/base.css).
    fn ask_to_close(self) {
        if let Ok(asked) = web_sys::Event::new("close-asked") {
            let _ = self.host.with_value(|host| host.dispatch_event(&asked));
        }
    }

    /// Does what the page asked for by a method.
    fn obey(self, command: &Command) {
        match command {
            Command::Open(view) => match Tab::of(view) {
                Some(tab) if tab.is_own() => self.go_signed_in(Screen::Tab(tab)),
                Some(tab) => self.go(Screen::Tab(tab)),
                None => {}
            },
            Command::Refresh => self.reload_points(),
            Command::SignOut => self.sign_out(),
            Command::Proceed => {
                if let Some(screen) = self.held.get_untracked() {
                    self.held.set(None);
                    self.go_signed_in(screen);
                }
            }
        }
    }

    /// The member, or the page for them, ends the session.
    fn sign_out(self) {
        self.session.sign_out();
        self.tell(&HostEvent::SignedOut);
        self.go(Screen::Tab(Tab::Rewards));
    }

    fn signed_out(self) {
        let then = self.screen.get_untracked();
        self.session.close();
        self.tell(&HostEvent::SignedOut);
        if !matches!(then, Screen::SignIn { .. }) {
            self.go(Screen::SignIn { then: Box::new(then), ended: true });
        }
    }

    fn leave_flow(self, from: Tab, how: Leave) {
        match how {
            Leave::Back | Leave::Done => self.go(Screen::Tab(from)),
            Leave::Locker => self.go(Screen::Tab(Tab::Locker)),
            Leave::Help => self.go(Screen::Tab(Tab::Help)),
            Leave::SignIn => {
                let then = self.screen.get_untracked();
                // One that only reads stays: the code goes to its member.
                if !untrack(|| self.session.is_open() && !self.session.is_whole()) {
                    self.session.close();
                }
                self.go(Screen::SignIn { then: Box::new(then), ended: true });
            }
        }
    }
}

/// The widget: keeps the client and the session; a change of language draws the rest anew.
#[component]
pub fn App(
    /// What the page sets.
    settings: ArcRwSignal<Settings>,
    /// What the page asked for and was not done yet.
    commands: ArcRwSignal<Vec<Command>>,
    /// The element that events go out from.
    host: web_sys::HtmlElement,
    /// Hands over what the loader has asked for already.
    early: Option<js_sys::Function>,
) -> impl IntoView {
    let settings = Signal::derive(move || settings.get());
    let first = settings.get_untracked();
    let page = host.clone();
    let base = Client::new(&first.api, "id", move || place_of(&page), early);
    let session = Session::begin(base.clone());
    let now = clock::server_clock(base.clone());
    let screen = RwSignal::new(untrack(|| first_screen(session, &first)));
    let held = RwSignal::new(None);
    follow_identity(session, settings, host.clone(), move || {
        held.set(None);
        screen.set(Screen::Tab(Tab::Rewards));
    });
    let points_version = RwSignal::new(0);
    let programme = RwSignal::new(None::<Programme>);
    let host = StoredValue::new(host);
    let on_moved = Callback::new(move |spent: Option<Spent>| {
        points_version.update(|version: &mut u32| *version = version.wrapping_add(1));
        if let Some(Spent { reward_id, points }) = spent {
            host.with_value(|host| emit(host, &HostEvent::Redeemed { reward: reward_id, points }));
        }
    });
    // The member's choice of language; until then the page's.
    let chosen = RwSignal::new(attempt::find_kept::<String>("tukar.locale"));
    let locale = Memo::new(move |_| locale_of(chosen.get(), &settings.get()));
    let client = StoredValue::new(base);
    // Zone of the programme and what its clock is called. Kept for the tab, so that the next page begins with it; until
    // the programme has told it for the first time, that of the server's default.
    let kept = attempt::find_kept::<(String, String)>(ZONE);
    let first_zone = kept.unwrap_or_else(|| ("Asia/Jakarta".to_owned(), "WIB".to_owned()));
    let zone = Memo::new(move |_| {
        programme.with(|told| match told {
            Some(told) => (told.time_zone.clone(), told.time_zone_label.clone()),
            None => first_zone.clone(),
        })
    });
    view! {
        {move || {
            let tag = locale.get();
            let (zone, zone_label) = zone.get();
            session.speak(tag);
            let client = client.with_value(|client| client.with_locale(tag));
            let i18n = I18n::new(tag, &zone, &zone_label);
            let shell = Shell { i18n, session, now: now.into(), screen, points_version, programme, settings, held, host, on_moved };
            obey_commands(shell, commands.clone());
            spawn_local(async move {
                if let Ok(told) = client.programme().await {
                    attempt::keep_value(ZONE, &(&told.time_zone, &told.time_zone_label));
                    programme.set(Some(told));
                }
            });
            view! { <Frame shell chosen/> }
        }}
    }
}

/// Keeps the session in step with whom the page says it shows. `on_other`: nothing of the last one may stay on the screen.
fn follow_identity(
    session: Session,
    settings: Signal<Settings>,
    host: web_sys::HtmlElement,
    on_other: impl Fn() + 'static,
) {
    let on_refused = Callback::new(move |()| {
        emit(&host, &HostEvent::IdentityRefused);
    });
    Effect::new(move |before: Option<Option<String>>| {
        let told = settings.get().identity;
        if let Some(token) = &told
            && before.as_ref() != Some(&told)
            && untrack(|| session.identify(token.clone(), on_refused))
        {
            on_other();
        }
        told
    });
}

/// Does each command once, in turn, also when a change of language draws the shell anew.
fn obey_commands(shell: Shell, commands: ArcRwSignal<Vec<Command>>) {
    Effect::new(move |_| {
        commands.track();
        let asked = commands.try_update_untracked(std::mem::take).unwrap_or_default();
        untrack(|| asked.iter().for_each(|command| shell.obey(command)));
    });
}

/// The member's own language, else the page's, else the first of the browser's that is one of ours (embed/language.js).
fn locale_of(chosen: Option<String>, settings: &Settings) -> &'static str {
    let browser = window().navigator().languages();
    let wishes = chosen.into_iter().chain([settings.locale.clone()]);
    wishes
        .chain(browser.iter().filter_map(|tag| tag.as_string()))
        .find_map(|tag| language_of(&tag))
        .unwrap_or("id")
}

/// Whether the browser loads again what was on the screen, and does not come from another page, back or forward. In a frame
/// that is not known (embed/kept.js).
fn may_be_reload() -> bool {
    const RELOAD: f64 = 1.0;
    let window = window();
    let framed = window.parent().ok().flatten().is_none_or(|parent| parent != window);
    let part = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let came = window.performance().and_then(|told| part(&part(&told, "navigation")?, "type")?.as_f64());
    framed || came.is_none_or(|came| came == RELOAD)
}

/// What is shown first: where a reload goes on, else what the page asks for. A member's own screen asks for sign-in first.
fn first_screen(session: Session, page: &Settings) -> Screen {
    if !may_be_reload() {
        receipt_left();
    }
    let kept = attempt::find_kept::<String>(SCREEN);
    if kept.as_deref() == Some(then::SIGN_IN) && !session.is_whole() {
        return then::find();
    }
    if session.is_open()
        && let Some(begin) = unfinished()
    {
        return Screen::Redeem { begin, from: Tab::Rewards };
    }
    let tab = kept.and_then(|word| Tab::of(&word)).or_else(|| Tab::of(&page.view)).unwrap_or_default();
    if tab.is_own() && !session.is_open() {
        Screen::SignIn { then: Box::new(Screen::Tab(tab)), ended: false }
    } else {
        Screen::Tab(tab)
    }
}

#[component]
fn Frame(shell: Shell, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let i18n = shell.i18n;
    let main = NodeRef::<html::Div>::new();
    // Keeps the reader with the story: a new screen begins at its top, and at its heading for the keyboard.
    Effect::new(move |before: Option<Screen>| {
        let screen = shell.screen.get();
        if before.is_some_and(|before| before != screen) {
            let home = screen == Screen::Tab(Tab::Rewards);
            request_animation_frame(move || {
                focus_screen(main);
                if home {
                    left_card::come_back(main);
                }
            });
        }
        screen
    });
    let offline = RwSignal::new(!window().navigator().on_line());
    let went = window_event_listener(leptos::ev::offline, move |_| offline.set(true));
    let came = window_event_listener(leptos::ev::online, move |_| {
        offline.set(false);
        shell.reload_points();
    });
    on_cleanup(move || {
        went.remove();
        came.remove();
    });
    let demo = Memo::new(move |_| shell.programme.with(|told| told.as_ref().is_some_and(|told| told.demo)));
    view! {
        <div class="tukar" lang=i18n.texts().tag>
            {move || demo.get().then(|| {
                let t = i18n.texts().app;
                let inbox = shell.session.client().base().to_owned() + "/demo/inbox";
                view! { <p class="shell__demo">{t.demo}" "<a href=inbox target="_blank" rel="noopener">{t.inbox}</a></p> }
            })}
            <p class="shell__offline" role="status">{move || offline.get().then(|| i18n.texts().app.offline)}</p>
            <button class="shell__close" type="button" aria-label=i18n.texts().challenge.close on:click=move |_| shell.ask_to_close()>"×"</button>
            <button class="shell__skip" type="button" on:click=move |_| focus_main(main)>{i18n.texts().challenge.skip}</button>
            <div class="shell">
                <Bar shell chosen/>
                <div class="shell__main" tabindex="-1" node_ref=main>{move || screen_view(shell)}</div>
            </div>
        </div>
    }
}

/// Past bar and tabs.
fn focus_main(main: NodeRef<html::Div>) {
    if let Some(main) = main.get_untracked() {
        let _ = main.focus();
    }
}

fn focus_screen(main: NodeRef<html::Div>) {
    use wasm_bindgen::JsCast;
    let Some(main) = main.try_get_untracked().flatten() else { return };
    if main.get_bounding_client_rect().top() < viewport::seen().0 {
        main.scroll_into_view();
    }
    let typing = main.query_selector("input:focus").ok().flatten().is_some();
    let heading = main.query_selector("h2").ok().flatten();
    if let (false, Some(heading)) =
        (typing, heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()))
    {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }
}

#[component]
fn Bar(shell: Shell, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let t = shell.i18n.texts().app;
    let name = move || {
        shell.programme.with(|told| told.as_ref().map_or(t.name.to_owned(), |told| told.name.clone()))
    };
    let other = if shell.i18n.texts().tag == "en" { "id" } else { "en" };
    let switch = move |_| {
        attempt::keep_value("tukar.locale", &other);
        chosen.set(Some(other.to_owned()));
    };
    let current = Memo::new(move |_| {
        shell.screen.with(|screen| match screen {
            Screen::Tab(tab) => Some(*tab),
            Screen::Redeem { from, .. } => Some(*from),
            Screen::SignIn { .. } => None,
        })
    });
    let tab = move |tab: Tab, label: &'static str, icon: &'static str| {
        let open = move |_| match tab {
            Tab::Rewards | Tab::Help => shell.go(Screen::Tab(tab)),
            Tab::Locker | Tab::History => shell.go_signed_in(Screen::Tab(tab)),
        };
        view! {
            <button class="shell__tab" part="tab" type="button" on:click=open
                aria-current=move || (current.get() == Some(tab)).then_some("page")><Icon path=icon/>{label}</button>
        }
    };
    view! {
        <header>
            <div class="shell__bar" part="bar">
                <p class="shell__name">
                    <svg class="shell__mark" viewBox="0 0 28 28" aria-hidden="true">
                        <rect width="28" height="28" rx="8" fill="currentColor"/>
                        <path d="M8 11h11l-3-3m4 9H9l3 3" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>
                    </svg>
                    {name}
                </p>
                <div class="shell__tools">
                    {move || match shell.session.who() {
                        Who::Member(member) => view! { <span class="shell__who"><b>{member.name}</b><span class="shell__tier">" · "{member.tier_label}</span></span> }.into_any(),
                        _ => ().into_any(),
                    }}
                    <button class="icon-button" type="button" lang=other aria-label=t.other_language on:click=switch>{t.other_language_short}</button>
                    {move || if shell.session.is_open() {
                        view! { <button class="icon-button" type="button" on:click=move |_| {
                            shell.sign_out();
                        }>{t.sign_out}</button> }.into_any()
                    } else {
                        view! { <button class="icon-button shell__sign-in" type="button" on:click=move |_| {
                            shell.go_signed_in(Screen::Tab(Tab::Rewards));
                        }>{t.sign_in}</button> }.into_any()
                    }}
                </div>
            </div>
            <nav class="shell__tabs" aria-label=t.nav>
                {tab(Tab::Rewards, t.rewards, GIFT)}{tab(Tab::Locker, t.locker, TICKET)}
                {tab(Tab::History, t.history, LIST)}{tab(Tab::Help, t.help, HELP)}
            </nav>
        </header>
    }
}

fn screen_view(shell: Shell) -> AnyView {
    let Shell { i18n, session, now, .. } = shell;
    let client = session.client();
    let on_signed_out = Callback::new(move |()| shell.signed_out());
    match shell.screen.get() {
        Screen::Tab(Tab::Rewards) => view! { <Home shell/> }.into_any(),
        Screen::Tab(Tab::Locker) => {
            let on_open = Callback::new(move |id| {
                shell.go(Screen::Redeem { begin: Begin::Attempt(id), from: Tab::Locker });
            });
            let on_catalogue = Callback::new(move |()| shell.go(Screen::Tab(Tab::Rewards)));
            view! { <Locker i18n client now on_open on_catalogue on_signed_out/> }.into_any()
        }
        Screen::Tab(Tab::History) => {
            let on_open = Callback::new(move |id| {
                shell.go(Screen::Redeem { begin: Begin::Attempt(id), from: Tab::History });
            });
            view! { <History i18n client on_open on_signed_out/> }.into_any()
        }
        Screen::Tab(Tab::Help) => view! { <Support i18n client/> }.into_any(),
        Screen::SignIn { then, ended } => {
            let reading = untrack(|| session.is_open() && !session.is_whole());
            let t = i18n.texts().session;
            let why = if reading { Some(t.step_up) } else { ended.then_some(t.ended) };
            let on_done = Callback::new(move |same: bool| {
                shell.tell(&HostEvent::SignedIn);
                // What led here was somebody else's.
                shell.go(if same { (*then).clone() } else { Screen::Tab(Tab::Rewards) });
            });
            let on_back = Callback::new(move |()| shell.go(Screen::Tab(Tab::Rewards)));
            view! { <SignIn i18n session now why on_done on_back/> }.into_any()
        }
        Screen::Redeem { begin, from } => {
            let on_leave = Callback::new(move |how| shell.leave_flow(from, how));
            // Nobody is told: the screen stays as it is, until something draws it anew.
            let on_begun = Callback::new(move |begin| {
                shell.screen.set_untracked(Screen::Redeem { begin, from });
            });
            let contacts = Signal::derive(move || match session.who() {
                Who::Member(member) => {
                    Contacts { phone: member.phone_masked.clone(), email: member.email_masked.clone() }
                }
                Who::Asking | Who::Nobody => Contacts::default(),
            });
            let name = match untrack(|| session.who()) {
                Who::Member(member) => member.name,
                _ => String::new(),
            };
            view! { <Redeem i18n client now begin contacts name on_leave on_moved=shell.on_moved on_begun/> }
                .into_any()
        }
    }
}

/// Points beside the catalogue; before signing in the catalogue can be read all the same.
#[component]
fn Home(shell: Shell) -> impl IntoView {
    let Shell { i18n, session, now, points_version, .. } = shell;
    let rewards = NodeRef::<html::Div>::new();
    // What ends first is spent first, so whatever can be redeemed now saves these points.
    let saving = RwSignal::new(false);
    let on_save = Callback::new(move |()| {
        saving.set(true);
        if let Some(rewards) = rewards.get_untracked() {
            rewards.scroll_into_view();
        }
    });
    let signed_in = Memo::new(move |_| session.is_open());
    let filter = Signal::derive(move || {
        if saving.get() {
            "can=1".to_owned()
        } else {
            shell.settings.with(|settings| settings.filter.clone())
        }
    });
    let on_redeem = Callback::new(move |(detail, quantity): (RewardDetail, u32)| {
        let points = detail.card.points * i64::from(quantity);
        let ask = HostEvent::BeforeRedeem { reward: detail.card.id.clone(), points };
        let begin = Begin::Reward(Order { reward_id: detail.card.id, quantity });
        let screen = Screen::Redeem { begin, from: Tab::Rewards };
        shell.held.set(Some(screen.clone()));
        if shell.tell(&ask) {
            shell.held.set(None);
            shell.go_signed_in(screen);
        }
    });
    let on_help = Callback::new(move |()| shell.go(Screen::Tab(Tab::Help)));
    let on_signed_out = Callback::new(move |()| shell.signed_out());
    let on_told = Callback::new(move |available| {
        shell.tell(&HostEvent::Balance { available });
    });
    let t = i18n.texts().app;
    let reads_only = Memo::new(move |_| session.is_open() && !session.is_whole());
    let note = Memo::new(move |_| match session.who() {
        Who::Member(member) if !member.state_note.is_empty() => Some(member.state_note.clone()),
        _ => None,
    });
    view! {
        {move || note.get().map(|note| view! {
            <div class="shell__notice">
                <Notice tone=Tone::Warn>
                    <p>{note}</p>
                    <button class="link-button" type="button" on:click=move |_| on_help.run(())>{t.to_help}</button>
                </Notice>
            </div>
        })}
        {move || reads_only.get().then(|| view! {
            <p class="shell__notice">
                {t.read_only}" "
                <button class="link-button" type="button" on:click=move |_| session.forget_identity()>{t.show_no_more}</button>
            </p>
        })}
        <div class="home">
            <div class="home__points">
                {move || if signed_in.get() {
                    view! { <Balance i18n client=session.client() now points_version on_save on_told on_signed_out/> }.into_any()
                } else {
                    view! { <Welcome shell/> }.into_any()
                }}
            </div>
            <div class="home__rewards" node_ref=rewards>
                <Catalog i18n client=session.client() now signed_in points_version filter on_redeem on_help/>
            </div>
        </div>
    }
}

#[component]
fn Welcome(shell: Shell) -> impl IntoView {
    let t = shell.i18n.texts().app;
    view! {
        <section class="welcome">
            <h2 class="screen__title" tabindex="-1">{t.welcome_title}</h2>
            <p class="screen__lead">{t.welcome_body}</p>
            <button class="button button--primary button--wide" part="button primary" type="button" on:click=move |_| {
                shell.go_signed_in(Screen::Tab(Tab::Rewards));
            }>{t.sign_in}</button>
        </section>
    }
}
