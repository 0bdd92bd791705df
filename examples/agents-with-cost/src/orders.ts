import { Injectable } from '@nestjs/common';
import { Tool } from 'nestjs-agent-metrics';

const ORDERS: Record<string, string> = {
  '1001': 'shipped on Monday',
  '1002': 'waiting for payment',
};

export class UnknownOrderError extends Error {}

@Injectable()
export class Orders {
  @Tool('order_status')
  async status(order: string): Promise<string> {
    const status = ORDERS[order];
    if (status === undefined) {
      throw new UnknownOrderError(`There is no order ${order}`);
    }
    return `Order ${order} is ${status}`;
  }
}
