/** The window begins here: find what stands behind the door, then show the first screen. */
import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import AppRoot from "./App.svelte";
import { connect } from "$lib/ipc/connect";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html lost its #app");
mount(AppRoot, { target, props: { backend: await connect() } });
