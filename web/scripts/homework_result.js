// Work that was handed in: hearing oneself and the model voice.
import { connectAloud } from "./aloud.js";

connectAloud(document.querySelector("main"));
