/**
 * The API over the engine: converts types and holds no protocol logic. Not for applications; may
 * change in any release.
 */
@NullMarked
package dev.ahti.webtransport.impl;

import org.jspecify.annotations.NullMarked;
