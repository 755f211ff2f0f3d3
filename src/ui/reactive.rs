//! Signals, memos and stored values whose code is compiled once, and not again for each type they hold.
//!
//! Leptos's own are generic over what they hold: each type is one more copy of the arena, the graph node and the guards,
//! which was a quarter of the widget. These keep the value behind `dyn Any` and leave only the casts generic. They have
//! the names and the methods of Leptos's, so a view reads the same. A value outlives no owner: reading one that was
//! disposed of panics, writing one does nothing, as in Leptos.
//!
//! Source: `reactive_graph` 0.2, whose `Memo`, `StoredValue` and `ArcTrigger` do the work.

use leptos::{
    prelude::{
        ArcTrigger, GetValue, LocalStorage, Notify, StoredValue as Stored, Track, With, WithUntracked,
    },
    reactive::computed::Memo as Computed,
};
use std::{any::Any, cell::RefCell, marker::PhantomData, rc::Rc, sync::Arc};

/// A value that views follow, and that can be set. A copy is the same signal.
pub struct RwSignal<T> {
    slot: Stored<Slot, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

/// A value kept between runs of a view, that nothing follows. A copy is the same value.
pub struct StoredValue<T> {
    slot: Stored<Rc<dyn Any>, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

/// A value computed from signals, again only when one of them changed; what follows it runs only when it differs.
pub struct Memo<T> {
    computed: Computed<Held>,
    of: PhantomData<fn() -> T>,
}

/// A value to read, of whichever source.
pub struct Signal<T> {
    read: Stored<Rc<dyn Fn() -> Box<dyn Any>>, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

#[derive(Clone)]
struct Slot {
    changed: ArcTrigger,
    /// A `RefCell<T>`.
    value: Rc<dyn Any>,
}

#[derive(Clone)]
struct Held {
    /// A `T`.
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

type Compute = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

macro_rules! copies {
    ($($name:ident),*) => {$(
        impl<T> Clone for $name<T> {
            fn clone(&self) -> $name<T> {
                *self
            }
        }

        impl<T> Copy for $name<T> {}
    )*};
}

copies!(RwSignal, StoredValue, Memo, Signal);

fn cell<T: 'static>(value: &dyn Any) -> &RefCell<T> {
    value.downcast_ref().expect("a slot holds what its handle says")
}

impl<T: 'static> RwSignal<T> {
    /// A signal that holds `value`, owned by the view that runs.
    pub fn new(value: T) -> RwSignal<T> {
        let slot = Slot { changed: ArcTrigger::new(), value: Rc::new(RefCell::new(value)) };
        RwSignal { slot: Stored::new_local(slot), of: PhantomData }
    }

    /// Reads and follows.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        let slot = self.slot.get_value();
        slot.changed.track();
        read(&cell::<T>(&*slot.value).borrow())
    }

    /// Reads without following.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&cell::<T>(&*self.slot.get_value().value).borrow())
    }

    /// Changes, and tells those who follow.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        let Some(slot) = self.slot.try_get_value() else { return };
        change(&mut cell::<T>(&*slot.value).borrow_mut());
        slot.changed.notify();
    }

    /// Replaces, and tells those who follow.
    pub fn set(self, value: T) {
        let Some(slot) = self.slot.try_get_value() else { return };
        drop(cell::<T>(&*slot.value).replace(value));
        slot.changed.notify();
    }

    /// Replaces, and tells nobody.
    pub fn set_untracked(self, value: T) {
        let Some(slot) = self.slot.try_get_value() else { return };
        drop(cell::<T>(&*slot.value).replace(value));
    }

    /// A copy, following.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy, without following.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// A copy, without following; nothing when the view is gone.
    pub fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.slot.try_get_value().map(|slot| cell::<T>(&*slot.value).borrow().clone())
    }

    /// Follows, without reading.
    pub fn track(self) {
        self.slot.get_value().changed.track();
    }
}

impl<T: 'static> StoredValue<T> {
    /// Keeps `value` as long as the view that runs.
    pub fn new(value: T) -> StoredValue<T> {
        StoredValue { slot: Stored::new_local(Rc::new(RefCell::new(value))), of: PhantomData }
    }

    /// Reads.
    pub fn with_value<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&cell::<T>(&*self.slot.get_value()).borrow())
    }

    /// Reads; nothing when the view is gone.
    pub fn try_with_value<U>(self, read: impl FnOnce(&T) -> U) -> Option<U> {
        self.slot.try_get_value().map(|slot| read(&cell::<T>(&*slot).borrow()))
    }

    /// Changes, and answers; nothing when the view is gone.
    pub fn try_update_value<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.slot.try_get_value().map(|slot| change(&mut cell::<T>(&*slot).borrow_mut()))
    }

    /// Changes.
    pub fn update_value(self, change: impl FnOnce(&mut T)) {
        let _ = self.try_update_value(change);
    }

    /// Replaces.
    pub fn set_value(self, value: T) {
        self.update_value(|held| *held = value);
    }

    /// A copy.
    pub fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// A copy; nothing when the view is gone.
    pub fn try_get_value(self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_value(T::clone)
    }
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// A memo of what `compute` answers; it is given what it answered before.
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T> {
        let compute: Compute = Box::new(move |before| Held {
            value: Arc::new(compute(before.and_then(|held| held.value.downcast_ref()))),
            same: |one, other| one.downcast_ref::<T>() == other.downcast_ref::<T>(),
        });
        Memo { computed: computed(compute), of: PhantomData }
    }
}

/// Not generic: this is the one place where Leptos's memo is compiled.
fn computed(compute: Compute) -> Computed<Held> {
    Computed::new(compute)
}

impl<T: 'static> Memo<T> {
    /// Reads and follows.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        let held = self.computed.with(Held::clone);
        read(held.value.downcast_ref().expect("a memo holds what its handle says"))
    }

    /// Reads without following.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        let held = self.computed.with_untracked(Held::clone);
        read(held.value.downcast_ref().expect("a memo holds what its handle says"))
    }

    /// A copy, following.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy, without following.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Follows, without reading.
    pub fn track(self) {
        self.computed.track();
    }
}

impl<T: 'static> Signal<T> {
    /// What `read` answers, each time anew.
    pub fn derive(read: impl Fn() -> T + 'static) -> Signal<T> {
        Signal { read: Stored::new_local(Rc::new(move || Box::new(read()) as Box<dyn Any>)), of: PhantomData }
    }

    /// The value, following its sources.
    pub fn get(self) -> T {
        let value = (self.read.get_value())();
        *value.downcast().expect("a signal holds what its handle says")
    }

    /// The value, without following its sources.
    pub fn get_untracked(self) -> T {
        leptos::prelude::untrack(|| self.get())
    }

    /// Reads and follows.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&self.get())
    }

    /// Follows its sources.
    pub fn track(self) {
        drop((self.read.get_value())());
    }
}

impl<T: Clone + 'static> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Signal<T> {
        Signal::derive(move || signal.get())
    }
}

impl<T: Clone + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Signal<T> {
        Signal::derive(move || memo.get())
    }
}
