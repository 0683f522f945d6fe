//! Pages of eight parameters, as hosts lay them on the knobs of a controller.
//!
//! Source: \[CLAP\] ext/remote-controls.h.

use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

use super::{DmusParams, MasterParams};

impl DmusParams {
    /// Lays out all parameters: the whole instrument, its effects, each part.
    pub fn lay_out(&self, context: &mut impl RemoteControlsContext) {
        context.add_section("Master", |section| {
            section.add_page("Master", |page| self.master.lay_out(page));
            section.add_page("Outputs", |page| page.add_param(&self.master.returns));
            section.add_page("Bypass", |page| page.add_param(&self.master.bypass));
            section.add_page("External", |page| {
                page.add_param(&self.external.latency);
                page.add_param(&self.external.clock);
            });
        });
        context.add_section("Effects", |section| {
            section.add_page("Reverb", |page| self.reverb.lay_out(page));
            section.add_page("Chorus", |page| self.chorus.lay_out(page));
            section.add_page("Delay", |page| self.delay.lay_out(page));
        });
        context.add_section("Parts", |section| {
            for (number, part) in (1..).zip(self.parts()) {
                section.add_page(format!("Part {number:02} Mix"), |page| {
                    page.add_param(&part.volume);
                    page.add_param(&part.pan);
                    page.add_param(&part.mute);
                    page.add_param(&part.solo);
                    page.add_param(&part.reverb);
                    page.add_param(&part.chorus);
                    page.add_param(&part.delay);
                });
                section.add_page(format!("Part {number:02} Sound"), |page| {
                    page.add_param(&part.program);
                    page.add_param(&part.cutoff);
                    page.add_param(&part.resonance);
                    page.add_param(&part.attack);
                    page.add_param(&part.decay);
                    page.add_param(&part.release);
                    page.add_param(&part.tune);
                });
                section.add_page(format!("Part {number:02} Bank"), |page| {
                    page.add_param(&part.bank_msb);
                    page.add_param(&part.bank_lsb);
                    page.add_param(&part.lock);
                    page.add_param(&part.channel);
                    page.add_param(&part.lowest_key);
                    page.add_param(&part.highest_key);
                    page.add_param(&part.velocity_curve);
                    page.add_param(&part.output);
                    page.add_param(&part.device);
                });
            }
        });
    }
}

impl MasterParams {
    fn lay_out(&self, page: &mut impl RemoteControlsPage) {
        page.add_param(&self.volume);
        page.add_param(&self.tune);
        page.add_param(&self.transpose);
        page.add_param(&self.voices);
        page.add_param(&self.interpolation);
        page.add_param(&self.mode);
        page.add_param(&self.groups);
        page.add_param(&self.dry);
    }
}
