//! Pages of eight parameters, as hosts lay them on the knobs of a controller.
//!
//! Source: \[CLAP\] ext/remote-controls.h.

use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

use super::DmusParams;

impl DmusParams {
    /// Lays out all parameters: the whole instrument, its effects, each part.
    pub fn lay_out(&self, context: &mut impl RemoteControlsContext) {
        context.add_section("Master", |section| {
            section.add_page("Master", |page| {
                page.add_param(&self.master.volume);
                page.add_param(&self.master.interpolation);
                page.add_param(&self.master.dry);
            });
        });
        context.add_section("Effects", |section| {
            section.add_page("Reverb", |page| self.reverb.lay_out(page));
            section.add_page("Chorus", |page| self.chorus.lay_out(page));
            section.add_page("Delay", |page| self.delay.lay_out(page));
        });
        context.add_section("Parts", |section| {
            for (number, part) in (1..).zip(self.parts()) {
                section.add_page(format!("Part {number:02}"), |page| {
                    page.add_param(&part.volume);
                    page.add_param(&part.pan);
                    page.add_param(&part.program);
                });
            }
        });
    }
}
