//! The public contract with the page around the widget: attributes in, events out. The host learns that something was
//! redeemed, never a code, a token or a number. `embed/custom-elements.json` tells the same to partners.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

/// What the page sets by attributes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Settings {
    /// `api`: origin of the API; read once.
    pub api: String,
    /// `locale`: BCP 47 tag; the browser's when empty.
    pub locale: String,
    /// `view`: word of the first screen.
    pub view: String,
    /// `filter`: the catalogue's first choice, a written query.
    pub filter: String,
    /// `identity`: what the partner's backend signed about who looks at the page; empty: nobody is named. `None`: the
    /// page around the frame has not told yet.
    pub identity: Option<String>,
}

impl Settings {
    /// Reads the element's attributes; what is missing is empty.
    #[must_use]
    pub fn read(host: &HtmlElement, api: String) -> Settings {
        let text = |name: &str| host.get_attribute(name).unwrap_or_default();
        let in_frame = host.has_attribute("top");
        let identity = host.get_attribute("identity").or_else(|| (!in_frame).then(String::new));
        Settings { api, locale: text("locale"), view: text("view"), filter: text("filter"), identity }
    }

    /// Takes a changed attribute; names that act only at the start, or not at all, change nothing.
    pub fn set(&mut self, name: &str, value: String) {
        match name {
            "locale" => self.locale = value,
            "filter" => self.filter = value,
            "identity" => self.identity = Some(value),
            _ => {}
        }
    }
}

/// On whose page the element stands: id of the partner, and in the frame the origin of the page around it, once that has
/// said hello. The server compares both with its list.
#[must_use]
pub fn place_of(host: &HtmlElement) -> (String, String) {
    let told = |name: &str| host.get_attribute(name).unwrap_or_default();
    (told("partner"), told("top"))
}

/// What the page is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostEvent {
    /// `tukar-redeemed`: a redemption was confirmed.
    Redeemed {
        /// Id of the reward.
        reward: String,
        /// Points that were spent.
        points: i64,
    },
    /// `tukar-balance`: the balance was read.
    Balance {
        /// Points that can be spent.
        available: i64,
    },
    /// `tukar-before-redeem`: a redemption is about to begin; a listener may hold it back.
    BeforeRedeem {
        /// Id of the reward.
        reward: String,
        /// Points that it would cost.
        points: i64,
    },
    /// `tukar-signed-in`.
    SignedIn,
    /// `tukar-signed-out`.
    SignedOut,
    /// `tukar-error` of kind `identity`: what the partner signed was not taken.
    IdentityRefused,
}

impl HostEvent {
    fn name(&self) -> &'static str {
        match self {
            HostEvent::Redeemed { .. } => "tukar-redeemed",
            HostEvent::Balance { .. } => "tukar-balance",
            HostEvent::BeforeRedeem { .. } => "tukar-before-redeem",
            HostEvent::SignedIn => "tukar-signed-in",
            HostEvent::SignedOut => "tukar-signed-out",
            HostEvent::IdentityRefused => "tukar-error",
        }
    }

    fn detail(&self) -> JsValue {
        let pairs: Vec<(&str, JsValue)> = match self {
            HostEvent::Redeemed { reward, points } | HostEvent::BeforeRedeem { reward, points } => {
                vec![("reward", reward.into()), ("points", number(*points))]
            }
            HostEvent::Balance { available } => vec![("available", number(*available))],
            HostEvent::IdentityRefused => vec![("kind", "identity".into())],
            HostEvent::SignedIn | HostEvent::SignedOut => return JsValue::NULL,
        };
        let detail = Object::new();
        for (name, value) in pairs {
            let _ = Reflect::set(&detail, &JsValue::from_str(name), &value);
        }
        detail.into()
    }
}

/// Tells the page, from the element; the event leaves the shadow root. A listener that throws is the page's business.
/// `false`: a listener held it back.
pub fn emit(host: &HtmlElement, event: &HostEvent) -> bool {
    let init = CustomEventInit::new();
    init.set_cancelable(matches!(event, HostEvent::BeforeRedeem { .. }));
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_detail(&event.detail());
    let Ok(event) = CustomEvent::new_with_event_init_dict(event.name(), &init) else { return true };
    host.dispatch_event(&event).unwrap_or(true)
}

/// What the page asks the widget to do, by the element's methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `open(view)`: shows a screen.
    Open(String),
    /// `refresh()`: asks for the points and rewards again.
    Refresh,
    /// `signOut()`.
    SignOut,
    /// `proceed()`: goes on with the redemption that a listener held back.
    Proceed,
}

impl Command {
    /// The command of a method's name; `None` for a word that means nothing.
    #[must_use]
    pub fn of(name: &str, value: String) -> Option<Command> {
        match name {
            "open" => Some(Command::Open(value)),
            "refresh" => Some(Command::Refresh),
            "signOut" => Some(Command::SignOut),
            "proceed" => Some(Command::Proceed),
            _ => None,
        }
    }
}

fn number(n: i64) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "points stay far below 2^53")]
    JsValue::from_f64(n as f64)
}
