/* Copyright: nobody said. */
