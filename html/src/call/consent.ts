// Nobody is recorded who has not agreed. The one who records asks everybody, and whoever comes later; while an answer is
// missing nothing is recorded, and one "no", also a late one, ends it.

/** asking: nothing is recorded; given: everybody inside agrees; refused: somebody does not. */
export type ConsentState = 'asking' | 'given' | 'refused';

export interface Asked {
  id: string;
  /** A new one is a new page, which has to be asked again. */
  stay: number;
  /** A client that cannot be asked. */
  legacy: boolean;
}

export class Consent {
  refusedBy = '';
  private people: readonly Asked[] = [];
  private readonly agreed = new Map<string, number>();
  private readonly asked = new Map<string, number>();

  /** `ask` puts the question to somebody. */
  constructor(private readonly ask: (userId: string) => void) {}

  /** Those who have not answered. */
  get missing(): string[] {
    return this.people.filter(({ id, stay }) => this.agreed.get(id) !== stay).map(({ id }) => id);
  }

  get state(): ConsentState {
    if (this.refusedBy) return 'refused';
    return this.missing.length > 0 ? 'asking' : 'given';
  }

  /** Everybody else inside, now: those who are new are asked. */
  follow(people: readonly Asked[]): void {
    this.people = people;
    for (const { id, stay, legacy } of people) {
      if (legacy) this.refusedBy ||= id;
      else if (this.asked.get(id) !== stay) {
        this.asked.set(id, stay);
        this.ask(id);
      }
    }
  }

  take(userId: string, yes: boolean): void {
    const stay = this.asked.get(userId);
    if (stay === undefined) return;
    if (yes) this.agreed.set(userId, stay);
    else this.refusedBy ||= userId;
  }
}
