//! Has cargo look again when the console was built: its files go into the program.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
