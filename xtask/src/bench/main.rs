//! Measures the house against its limits. (To come.)

fn main() {}
