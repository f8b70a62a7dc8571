import { stopBrokerForTests } from './broker/broker-for-tests.js';

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await stopBrokerForTests();
  },
};
