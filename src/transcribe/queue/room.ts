/** Lets no more than a limit be taken at one time; who asks first is served first. */
export class Room {
  private free: number;
  private readonly waiting: { amount: number; enter: () => void }[] = [];

  constructor(limit: number) {
    this.free = limit;
  }

  /** @param amount no more than the limit */
  async take(amount: number): Promise<void> {
    await new Promise<void>((enter) => {
      this.waiting.push({ amount, enter });
      this.admit();
    });
  }

  give(amount: number): void {
    this.free += amount;
    this.admit();
  }

  private admit(): void {
    while (this.waiting.length > 0 && this.waiting[0]!.amount <= this.free) {
      const { amount, enter } = this.waiting.shift()!;
      this.free -= amount;
      enter();
    }
  }
}
