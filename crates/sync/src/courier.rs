//! A USB stick in place of a line.
