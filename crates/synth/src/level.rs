//! Which vector instructions are used, decided once for an engine.
//!
//! Every kernel exists in plain Rust, which runs anywhere and is what all others have to equal, and
//! in the instructions of each further level. All levels give the same bits: sums have one order,
//! nothing is fused. The least that is used is what every processor of the architecture has.
//! In: the processor, the variable `DMUS_SIMD`. Thread: chosen on control, used on render.

/// Names a level in place of the best one: `portable`, `sse2`, `avx2`, `avx512` or `neon`. Any other
/// value, and a level that the processor does not have, is as good as none.
const VARIABLE: &str = "DMUS_SIMD";

/// A set of vector instructions that this processor has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    /// What the compiler makes of plain Rust.
    Portable,
    /// SSE2, which every x86-64 has.
    #[cfg(target_arch = "x86_64")]
    Sse2(pulp::x86::V1),
    /// AVX2, of x86-64-v3.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// AVX-512 with BW and VL, of x86-64-v4.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    /// NEON, which every 64-bit ARM has.
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    Neon(pulp::aarch64::Neon),
}

impl Level {
    /// The best level, or the one that the environment names.
    ///
    /// # Real-time
    /// Control. Not real-time: reads the environment.
    pub(crate) fn chosen() -> Self {
        let wanted = std::env::var(VARIABLE).unwrap_or_default();
        let named = Self::all().find(|level| level.name() == wanted);
        named.unwrap_or_else(Self::best)
    }

    /// The best level of this processor.
    pub(crate) fn best() -> Self {
        Self::all().last().unwrap_or(Self::Portable)
    }

    /// Its name, as the environment has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(_) => "sse2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Self::Neon(_) => "neon",
        }
    }

    /// All levels that this processor has, from the portable one to the best.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let sse2 = pulp::x86::V1::try_new().map(Self::Sse2);
        let avx2 = pulp::x86::V3::try_new().map(Self::Avx2);
        let avx512 = pulp::x86::V4::try_new().map(Self::Avx512);
        core::iter::once(Self::Portable)
            .chain(sse2)
            .chain(avx2)
            .chain(avx512)
    }

    /// All levels that this processor has, from the portable one to the best.
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        core::iter::once(Self::Portable).chain(pulp::aarch64::Neon::try_new().map(Self::Neon))
    }

    /// All levels that this processor has.
    #[cfg(not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_feature = "neon")
    )))]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        core::iter::once(Self::Portable)
    }
}
