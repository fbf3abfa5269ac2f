/**
 * IP addresses, the ranges of them that are special, and rules about who may be reached: ring 1,
 * pure. Names are looked up elsewhere; what is judged here is what they were found to be.
 */
@org.jspecify.annotations.NullMarked
package dev.ahti.engine.address;
