// Tells those who asked to be told, in the order in which they asked.
export class Emitter<Events extends object> {
  private readonly listeners: { [Name in keyof Events]?: ((value: Events[Name]) => void)[] } = {};

  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): void {
    (this.listeners[name] ??= []).push(listener);
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of this.listeners[name] ?? []) listener(value);
  }
}
