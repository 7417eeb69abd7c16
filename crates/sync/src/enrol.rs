//! The joining side of enrolment.
