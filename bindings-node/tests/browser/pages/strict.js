import { CircuitBreaker } from '/dist/inline.js';

// The engine is there in the same breath.
document.title = new CircuitBreaker('strict').state;
