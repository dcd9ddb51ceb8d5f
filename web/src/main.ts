import "./style/index.css";
import { App } from "./ui/app";
import { installHook } from "./ui/hook";

const app = new App(document.getElementById("app")!);
installHook(app);
void app.start();
