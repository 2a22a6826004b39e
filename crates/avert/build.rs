//! Has cargo look again when the console was built: its files go into the program.

fn main() {
    // Of a folder that is not there cargo says that it changed, each time. Where it cannot be made, that
    // costs time and nothing else.
    let _ = std::fs::create_dir_all("../../web/dist");
    println!("cargo:rerun-if-changed=../../web/dist");
}
