// Arrow keys over a short list.

export class Choosing {
  selected = $state(0);

  /** True where the key moved the choice or took it. */
  key(event: KeyboardEvent, count: number, choose: (index: number) => void): boolean {
    if (count === 0) return false;
    if (event.key === 'ArrowDown') this.selected = Math.min(this.selected + 1, count - 1);
    else if (event.key === 'ArrowUp') this.selected = Math.max(this.selected - 1, 0);
    else if (event.key === 'Enter') choose(Math.min(this.selected, count - 1));
    else return false;
    event.preventDefault();
    return true;
  }
}
