//! Preset discovery: what a host's browser learns about presets, without an instance.
//!
//! In: a host that indexes. Out: kinds of files, places to look into, and the presets of one
//! place at a time. Thread: the indexer's own; files are read here, but not by the factory.
//! Source: \[CLAP\] factory/preset-discovery.h.

use std::any::TypeId;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::ptr;
use std::sync::{LazyLock, Mutex, PoisonError};

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_factory, clap_preset_discovery_filetype, clap_preset_discovery_indexer,
    clap_preset_discovery_location, clap_preset_discovery_location_kind,
    clap_preset_discovery_metadata_receiver, clap_preset_discovery_provider,
    clap_preset_discovery_provider_descriptor,
};
use clap_sys::universal_plugin_id::clap_universal_plugin_id;
use clap_sys::version::CLAP_VERSION;

use super::{quietly, text};
use crate::boundary::Boundary;
use crate::presets::{Preset, PresetLocation, PresetPlace, PresetSource};

type Receiver = clap_preset_discovery_metadata_receiver;

/// The factory of plug-in type `P`.
pub(super) struct Discovery<P>(PhantomData<P>);

/// The one provider: it knows all places.
struct Provider<P> {
    /// What the host holds; `provider_data` points back to this object.
    provider: clap_preset_discovery_provider,
    indexer: *const clap_preset_discovery_indexer,
    plugin: PhantomData<P>,
}

impl<P: Boundary> Discovery<P> {
    /// What a host gets that asks for preset discovery.
    pub(super) const FACTORY: &'static clap_preset_discovery_factory =
        &clap_preset_discovery_factory {
            count: Some(Self::count),
            get_descriptor: Some(Self::get_descriptor),
            create: Some(Self::create),
        };

    unsafe extern "C" fn count(_factory: *const clap_preset_discovery_factory) -> u32 {
        quietly(0, || u32::from(P::presets().is_some()))
    }

    unsafe extern "C" fn get_descriptor(
        _factory: *const clap_preset_discovery_factory,
        index: u32,
    ) -> *const clap_preset_discovery_provider_descriptor {
        quietly(ptr::null(), || match P::presets() {
            Some(_) if index == 0 => ptr::from_ref(&descriptor::<P>().0),
            _ => ptr::null(),
        })
    }

    unsafe extern "C" fn create(
        _factory: *const clap_preset_discovery_factory,
        indexer: *const clap_preset_discovery_indexer,
        provider_id: *const c_char,
    ) -> *const clap_preset_discovery_provider {
        quietly(ptr::null(), || {
            let descriptor = &descriptor::<P>().0;
            // SAFETY: the descriptor's own string, which lives as long as the library.
            let own = unsafe { CStr::from_ptr(descriptor.id) };
            // SAFETY: the host passes null or a C string that lives during the call.
            let wanted = unsafe { text(provider_id) };
            if wanted != Some(own) || indexer.is_null() || P::presets().is_none() {
                return ptr::null();
            }
            let provider = Box::into_raw(Box::new(Provider::<P> {
                provider: clap_preset_discovery_provider {
                    desc: descriptor,
                    provider_data: ptr::null_mut(),
                    init: Some(Provider::<P>::init),
                    destroy: Some(Provider::<P>::destroy),
                    get_metadata: Some(Provider::<P>::get_metadata),
                    get_extension: Some(no_extension),
                },
                indexer,
                plugin: PhantomData,
            }));
            // SAFETY: freshly boxed and known to nobody else.
            unsafe { (*provider).provider.provider_data = provider.cast() };
            // SAFETY: as above; only a field's address is taken.
            unsafe { &raw const (*provider).provider }
        })
    }
}

impl<P: Boundary> Provider<P> {
    /// The provider behind the pointer a host passes, and what the plug-in tells.
    ///
    /// # Safety
    /// `provider` is null, or came from `create` and outlives `'a`.
    unsafe fn find<'a>(
        provider: *const clap_preset_discovery_provider,
    ) -> Option<(&'a Self, &'static dyn PresetSource)> {
        // SAFETY: null is answered with `None`; else our caller's promise.
        let provider = unsafe { provider.as_ref() }?;
        // SAFETY: `create` stored the address of the object, which lives as long as `provider`.
        let own = unsafe { provider.provider_data.cast::<Self>().as_ref() }?;
        Some((own, P::presets()?))
    }

    unsafe extern "C" fn init(provider: *const clap_preset_discovery_provider) -> bool {
        quietly(false, || {
            // SAFETY: the host passes what `create` gave it.
            let Some((own, source)) = (unsafe { Self::find(provider) }) else {
                return false;
            };
            // SAFETY: the host keeps the indexer it passed alive as long as the provider.
            unsafe { declare(own.indexer, source) }
        })
    }

    unsafe extern "C" fn destroy(provider: *const clap_preset_discovery_provider) {
        quietly((), || {
            // SAFETY: the host passes null or what `create` gave it.
            let Some(provider) = (unsafe { provider.as_ref() }) else {
                return;
            };
            // SAFETY: boxed in `create`; the host never uses it again.
            drop(unsafe { Box::from_raw(provider.provider_data.cast::<Self>()) });
        });
    }

    unsafe extern "C" fn get_metadata(
        provider: *const clap_preset_discovery_provider,
        kind: clap_preset_discovery_location_kind,
        location: *const c_char,
        receiver: *const Receiver,
    ) -> bool {
        quietly(false, || {
            // SAFETY: the host passes what `create` gave it.
            let Some((_, source)) = (unsafe { Self::find(provider) }) else {
                return false;
            };
            // SAFETY: the host passes null or a receiver that lives during the call.
            let Some(host) = (unsafe { receiver.as_ref() }) else {
                return false;
            };
            // SAFETY: the host passes null or a C string that lives during the call.
            let place = unsafe { place_of(kind, location) };
            let presets = match place {
                Some(place) => source.presets(&place),
                None => Err("there is no such place for presets".to_owned()),
            };
            match presets {
                Ok(presets) => {
                    let id = CString::new(P::CLAP_ID).unwrap_or_default();
                    // A host may have had enough.
                    // SAFETY: the receiver lives during the call.
                    presets.iter().all(|it| unsafe { tell(host, &id, it) });
                    true
                }
                Err(wrong) => {
                    let wrong = c_string(&wrong);
                    if let Some(on_error) = host.on_error {
                        // SAFETY: the host's own function and struct, and a string of ours.
                        unsafe { on_error(host, 0, wrong.as_ptr()) };
                    }
                    false
                }
            }
        })
    }
}

/// There are none.
unsafe extern "C" fn no_extension(
    _provider: *const clap_preset_discovery_provider,
    _id: *const c_char,
) -> *const c_void {
    ptr::null()
}

/// A host's place as ours; `None` for what is none.
///
/// # Safety
/// `location` is null or leads to a C string.
pub(super) unsafe fn place_of(
    kind: clap_preset_discovery_location_kind,
    location: *const c_char,
) -> Option<PresetPlace> {
    match kind {
        CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN => Some(PresetPlace::Internal),
        CLAP_PRESET_DISCOVERY_LOCATION_FILE => {
            // SAFETY: our caller's promise.
            let path = unsafe { text(location) }?.to_str().ok()?;
            (!path.is_empty()).then(|| PresetPlace::Path(PathBuf::from(path)))
        }
        _ => None,
    }
}

/// Tells an indexer of files and places; false if it cannot hear.
///
/// # Safety
/// `indexer` is null, or the host's and lives during the call.
unsafe fn declare(
    indexer: *const clap_preset_discovery_indexer,
    source: &dyn PresetSource,
) -> bool {
    // SAFETY: our caller's promise.
    let Some(host) = (unsafe { indexer.as_ref() }) else {
        return false;
    };
    let (Some(filetype), Some(location)) = (host.declare_filetype, host.declare_location) else {
        return false;
    };
    let files = source.file_types().iter().all(|file| {
        let [name, description, extension] =
            [file.name, file.description, file.extension].map(c_string);
        let file = clap_preset_discovery_filetype {
            name: name.as_ptr(),
            description: description.as_ptr(),
            file_extension: extension.as_ptr(),
        };
        // SAFETY: the host's own function and struct, and strings of ours that live during the
        // call.
        unsafe { filetype(indexer, &raw const file) }
    });
    files
        && source.locations().iter().all(|place| {
            // SAFETY: as above.
            with_location(place, |place| unsafe { location(indexer, place) })
        })
}

/// A place in the host's form, for the length of a call.
fn with_location(
    location: &PresetLocation,
    call: impl FnOnce(*const clap_preset_discovery_location) -> bool,
) -> bool {
    let name = c_string(&location.name);
    let path = location.place.path().map(|path| path.to_str());
    // A path that is no UTF-8 cannot be told to a host: it is as good as absent.
    let path = match path {
        Some(None) => return true,
        Some(Some(path)) => Some(c_string(path)),
        None => None,
    };
    let told = clap_preset_discovery_location {
        flags: if location.is_factory {
            CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT
        } else {
            CLAP_PRESET_DISCOVERY_IS_USER_CONTENT
        },
        name: name.as_ptr(),
        kind: match path {
            Some(_) => CLAP_PRESET_DISCOVERY_LOCATION_FILE,
            None => CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
        },
        location: path.as_ref().map_or(ptr::null(), |path| path.as_ptr()),
    };
    call(&raw const told)
}

/// Tells a host of one preset; false if it wants no more.
///
/// # Safety
/// `host` is the host's own receiver.
unsafe fn tell(host: &Receiver, plugin_id: &CStr, preset: &Preset) -> bool {
    let Some(begin) = host.begin_preset else {
        return false;
    };
    let [name, key] = [&preset.name, &preset.load_key].map(|it| c_string(it));
    // SAFETY: the host's own function and struct, and strings of ours that live during the call;
    // so it is in all calls below.
    if !unsafe { begin(host, name.as_ptr(), key.as_ptr()) } {
        return false;
    }
    let id = clap_universal_plugin_id {
        abi: c"clap".as_ptr(),
        id: plugin_id.as_ptr(),
    };
    if let Some(add) = host.add_plugin_id {
        // SAFETY: as above.
        unsafe { add(host, &raw const id) };
    }
    for (said, set) in [
        (&preset.creator, host.add_creator),
        (&preset.description, host.set_description),
    ] {
        if let Some(set) = set.filter(|_| !said.is_empty()) {
            // SAFETY: as above.
            unsafe { set(host, c_string(said).as_ptr()) };
        }
    }
    if let Some(add) = host.add_feature {
        for feature in &preset.features {
            // SAFETY: as above.
            unsafe { add(host, c_string(feature).as_ptr()) };
        }
    }
    if let Some(add) = host.add_extra_info {
        for (key, value) in &preset.extra {
            // SAFETY: as above.
            unsafe { add(host, c_string(key).as_ptr(), c_string(value).as_ptr()) };
        }
    }
    true
}

/// A text for the host; what C cannot hold becomes a space.
fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', " ")).unwrap_or_default()
}

/// A descriptor whose strings are never freed.
struct Descriptor(clap_preset_discovery_provider_descriptor);

/// The descriptor of `P`'s provider, made once and kept as long as the library is loaded.
fn descriptor<P: Boundary>() -> &'static Descriptor {
    static KNOWN: LazyLock<Mutex<HashMap<TypeId, &'static Descriptor>>> =
        LazyLock::new(Mutex::default);
    let kept = |text: &str| c_string(text).into_raw().cast_const();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(TypeId::of::<P>()).or_insert_with(|| {
        Box::leak(Box::new(Descriptor(
            clap_preset_discovery_provider_descriptor {
                clap_version: CLAP_VERSION,
                id: kept(&format!("{}.presets", P::CLAP_ID)),
                name: kept(&format!("{} presets", P::NAME)),
                vendor: kept(P::VENDOR),
            },
        )))
    })
}
