//! What nobody can forge, and no edit can spoil: who decides and writes down what, and what a
//! document may become.

mod decisions;
mod documents;
mod home;
mod households;
mod references;
mod signers;
mod views;
