//! The screens behind the tabs, of the widget and of the pages without script.

/// The screens behind the tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Points and the catalogue.
    #[default]
    Rewards,
    /// The claim locker.
    Locker,
    /// The history.
    History,
    /// Help.
    Help,
}

impl Tab {
    /// In the order in which they stand.
    const ALL: [Tab; 4] = [Tab::Rewards, Tab::Locker, Tab::History, Tab::Help];

    /// Its word, in an attribute, a form and the tab's storage.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Tab::Rewards => "rewards",
            Tab::Locker => "locker",
            Tab::History => "history",
            Tab::Help => "help",
        }
    }

    /// The tab of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.word() == word)
    }

    /// Whether it is a member's own: shown to nobody who has not signed in.
    #[must_use]
    pub fn is_own(self) -> bool {
        matches!(self, Tab::Locker | Tab::History)
    }
}
