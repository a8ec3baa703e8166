//! Planton's core: answers to the private messages that citizens send to a police force, without a window and without a network.
//!
//! The folders are the life of a message, in order: a channel hands over a batch, [`ingest`] stores it once, [`classify`] says
//! what it is, [`queue`] puts it in front of someone, [`suggest`] proposes an answer, [`review`] lets it leave, [`outbox`] sends it,
//! [`night`] answers while nobody does, [`journal`] remembers who did what. [`desk::Desk`] is the one door for every shell.
//!
//! Deliberately absent: a window, a network, a clock other than [`clock::Clock`].

pub mod domain;

pub mod channel;

pub mod ingest;

pub mod classify;

pub mod queue;

pub mod suggest;

pub mod evaluate;

pub mod review;

pub mod outbox;

pub mod night;

pub mod journal;

pub mod store;

pub mod people;

pub mod import;

pub mod clock;
pub mod error;
pub mod event;
pub mod secret;
pub mod settings;

pub mod demo;
pub mod desk;
pub mod service;
