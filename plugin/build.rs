//! Keeps the plug-in in memory once it is loaded.
//!
//! A thread that has used the library may end while another unloads it; the C library then calls
//! the thread's clean-up in memory that is gone. Where shared objects are ELF files the linker can
//! forbid unloading, which costs a host nothing but the address space.
#![forbid(unsafe_code)]

use std::env;

fn main() {
    let family = env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let vendor = env::var("CARGO_CFG_TARGET_VENDOR").unwrap_or_default();
    if family.split(',').any(|name| name == "unix") && vendor != "apple" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
