/** The night page: is the responder on, which nights come, what it would say, what it said. */
import type { App } from "$lib/app/app.svelte";
import { t } from "$lib/i18n/i18n.svelte";
import type { NightView } from "$lib/ipc/generated/NightView";

export class NightController {
  readonly #app: App;
  view = $state.raw<NightView | null>(null);
  switching = $state(false);

  constructor(app: App) {
    this.#app = app;
  }

  async load(): Promise<void> {
    const view = await this.#app.ask(() => this.#app.backend.night());
    if (view !== undefined) this.view = view;
  }

  async set(enabled: boolean): Promise<void> {
    this.switching = true;
    const done = await this.#app.act(() => this.#app.backend.setNight(enabled));
    if (done) this.#app.toasts.good(enabled ? t("night.is_on") : t("night.is_off"));
    await this.load();
    this.switching = false;
  }
}
