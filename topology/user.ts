/** A cleaned user. Fields other than the four that cleaning checks are as they were in the input, present or not. */
export interface User {
  /** Lower case and NFC, without white space around it. It is the key of the record. */
  readonly email: string;
  /** As people write it, in NFC: `Bosnia and Herzegovina`. */
  readonly country: string;
  /** `yyyy-MM-dd` */
  readonly date: string;
  /** IPv4, dotted quad. */
  readonly ip_address: string;
  readonly id?: unknown;
  readonly first_name?: unknown;
  readonly last_name?: unknown;
  readonly gender?: unknown;
  readonly [field: string]: unknown;
}
