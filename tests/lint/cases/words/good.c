A method, a toDo, https://github.example/, /workshop/ and issue 12.
