//! Ports: what there are, which layout, which of them are on.

use std::ptr;

use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::ext::audio_ports_activation::{
    CLAP_EXT_AUDIO_PORTS_ACTIVATION, clap_plugin_audio_ports_activation,
};
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_audio_ports_config, clap_plugin_audio_ports_config,
};
use clap_sys::ext::note_ports::{CLAP_EXT_NOTE_PORTS, clap_note_port_info, clap_plugin_note_ports};

use super::chance::Chance;
use super::tally::Tally;
use super::victim::{Victim, call};

impl Victim {
    pub(crate) fn ask_ports(&self, chance: &mut Chance, tally: &mut Tally) {
        self.ask_layouts(chance, tally);
        let is_input = chance.one_in(2);
        let index = chance.of([0, 1, 3, 4, 18, 19, u32::MAX]);
        if let Some(ports) = self.extension::<clap_plugin_audio_ports>(CLAP_EXT_AUDIO_PORTS) {
            // SAFETY: a description of zeros is one.
            let mut info: clap_audio_port_info = unsafe { std::mem::zeroed() };
            let info = if chance.one_in(10) {
                ptr::null_mut()
            } else {
                &raw mut info
            };
            call!(self, tally, "audio_ports count", ports.count, is_input);
            call!(
                self,
                tally,
                "audio_ports get",
                ports.get,
                index,
                is_input,
                info
            );
        }
        if let Some(ports) = self.extension::<clap_plugin_note_ports>(CLAP_EXT_NOTE_PORTS) {
            // SAFETY: a description of zeros is one.
            let mut info: clap_note_port_info = unsafe { std::mem::zeroed() };
            let info = if chance.one_in(10) {
                ptr::null_mut()
            } else {
                &raw mut info
            };
            call!(self, tally, "note_ports count", ports.count, is_input);
            call!(
                self,
                tally,
                "note_ports get",
                ports.get,
                index,
                is_input,
                info
            );
        }
    }

    /// Chooses a layout, in whatever state it is, and switches ports.
    fn ask_layouts(&self, chance: &mut Chance, tally: &mut Tally) {
        let number = chance.of([0, 1, 1, 2, u32::MAX]);
        let id = CLAP_EXT_AUDIO_PORTS_CONFIG;
        if let Some(layouts) = self.extension::<clap_plugin_audio_ports_config>(id) {
            // SAFETY: a description of zeros is one.
            let mut layout: clap_audio_ports_config = unsafe { std::mem::zeroed() };
            let layout = if chance.one_in(10) {
                ptr::null_mut()
            } else {
                &raw mut layout
            };
            call!(self, tally, "layouts count", layouts.count);
            call!(self, tally, "layouts get", layouts.get, number, layout);
            call!(self, tally, "layouts select", layouts.select, number);
        }
        let id = CLAP_EXT_AUDIO_PORTS_ACTIVATION;
        if let Some(ports) = self.extension::<clap_plugin_audio_ports_activation>(id) {
            let port = chance.of([0, 1, 2, 18, 19, 64, u32::MAX]);
            let (is_input, is_on) = (chance.one_in(5), chance.one_in(2));
            call!(
                self,
                tally,
                "ports set_active",
                ports.set_active,
                is_input,
                port,
                is_on,
                32
            );
        }
    }
}
