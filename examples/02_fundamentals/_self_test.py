"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Lo que conviene tener firme antes de entrenar un modelo grande. Cuenta tu primera respuesta; el
    puntaje se queda en este navegador.
  en: What should be firm before you train a large model. Your first answer counts; the score stays in this
    browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué significa que el grafo de PyTorch sea dinámico?
#
# - [x] Que se construye de nuevo en cada ejecución, con el `if` o el `for` que tocó: por eso se depura como
#   cualquier programa de Python.
# - [ ] Que los pesos cambian mientras el modelo predice: cambian cuando el optimizador da un paso.
# - [ ] Que se reparte solo entre varias GPU: repartir es otra cosa, y hay que pedirlo.
#
# Se contesta en [Por qué PyTorch: lo que promete, ejecutado](why_pytorch.md).

# %% [markdown] lang="en" tags=["quiz"]
# What does it mean that PyTorch's graph is dynamic?
#
# - [x] That it is built anew at each run, with the `if` or `for` that was taken: that is why it is debugged
#   like any Python program.
# - [ ] That the weights change while the model predicts: they change when the optimiser takes a step.
# - [ ] That it spreads over several GPUs by itself: spreading is another matter and has to be asked for.
#
# Answered in [Why PyTorch: what it promises, executed](why_pytorch.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué rango tiene una imagen en color suelta, de forma `(3, 224, 224)`?
#
# - [ ] 4, porque falta el *batch*: una imagen suelta no tiene ese eje; aparece al apilar varias.
# - [ ] 224: ese es el tamaño de un eje.
# - [x] 3: hacen falta tres índices, canal, fila y columna, para llegar a un número.
#
# Se contesta en [Tensores y rango](tensors_and_rank.md).

# %% [markdown] lang="en" tags=["quiz"]
# What is the rank of a single colour image of shape `(3, 224, 224)`?
#
# - [ ] 4, because the batch is missing: a single image does not have that axis; it appears when several are
#   stacked.
# - [ ] 224: that is the size of one axis.
# - [x] 3: it takes three indices, channel, row and column, to reach a number.
#
# Answered in [Tensors and rank](tensors_and_rank.md).

# %% [markdown] lang="es" tags=["quiz"]
# Escribes en un elemento de `x.T`. ¿Qué pasa con `x`?
#
# - [ ] Nada, porque la transpuesta es una copia: transponer solo intercambia los pasos con que se recorre
#   la memoria.
# - [x] Cambia también: los dos recorren la misma memoria.
# - [ ] PyTorch lo impide con un error: escribir en una vista está permitido.
#
# Se contesta en [Tensores y rango](tensors_and_rank.md).

# %% [markdown] lang="en" tags=["quiz"]
# You write into an element of `x.T`. What happens to `x`?
#
# - [ ] Nothing, because the transpose is a copy: transposing only swaps the strides with which memory is
#   walked.
# - [x] It changes too: both walk the same memory.
# - [ ] PyTorch prevents it with an error: writing into a view is allowed.
#
# Answered in [Tensors and rank](tensors_and_rank.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una frase de 12 palabras ya convertida en enteros, ¿cuándo se vuelve una matriz?
#
# - [ ] Desde el principio, como todo texto: doce enteros son un vector.
# - [ ] Al llegar a la capa de salida: allí ya hace rato que lo es.
# - [x] Al pasar por un *embedding*: cada entero se cambia por un vector, y doce vectores forman una matriz.
#
# Se contesta en [Los datos y la red, como tensores](data_as_tensors.md).

# %% [markdown] lang="en" tags=["quiz"]
# A sentence of 12 words already turned into integers: when does it become a matrix?
#
# - [ ] From the start, like all text: twelve integers are a vector.
# - [ ] When it reaches the output layer: by then it has long been one.
# - [x] When it passes through an embedding: each integer is replaced by a vector, and twelve vectors make a
#   matrix.
#
# Answered in [Data and network, as tensors](data_as_tensors.md).

# %% [markdown] lang="es" tags=["quiz"]
# `x` tiene forma `(5, 4)`. ¿Qué forma tiene `x[2]` y cuál `x[2:3]`?
#
# - [x] `(4,)` y `(1, 4)`: un entero quita su eje; un corte lo conserva.
# - [ ] `(1, 4)` las dos: el entero no deja eje.
# - [ ] `(4,)` las dos: el corte conserva el eje aunque tenga un solo elemento.
#
# Se contesta en [Indexar, vistas y copias](indexing.md).

# %% [markdown] lang="en" tags=["quiz"]
# `x` has shape `(5, 4)`. What are the shapes of `x[2]` and of `x[2:3]`?
#
# - [x] `(4,)` and `(1, 4)`: an integer removes its axis; a slice keeps it.
# - [ ] `(1, 4)` both: the integer leaves no axis.
# - [ ] `(4,)` both: the slice keeps the axis although it holds one element.
#
# Answered in [Indexing, views and copies](indexing.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuál de estas expresiones devuelve una copia?
#
# - [ ] `x[1:4]`: un comienzo y unos pasos bastan para describirla, así que es una vista.
# - [x] `x[x > 0]`: los elementos elegidos no están a distancias regulares, y ninguna vista puede
#   describirlos.
# - [ ] `x[:, None]`: solo agrega un eje de tamaño 1 a la misma memoria.
#
# Se contesta en [Indexar, vistas y copias](indexing.md).

# %% [markdown] lang="en" tags=["quiz"]
# Which of these expressions returns a copy?
#
# - [ ] `x[1:4]`: a beginning and strides are enough to describe it, so it is a view.
# - [x] `x[x > 0]`: the chosen elements are not evenly spaced, and no view can describe them.
# - [ ] `x[:, None]`: it only adds an axis of size 1 to the same memory.
#
# Answered in [Indexing, views and copies](indexing.md).

# %% [markdown] lang="es" tags=["quiz"]
# `x.T.view(-1)` falla con un error. ¿Por qué?
#
# - [x] Porque los elementos de `x.T` no están en la memoria en ese orden: `view` nunca copia; `reshape` sí
#   lo hace cuando hace falta.
# - [ ] Porque `-1` no puede ser el único eje: sí puede, y pide una sola fila con todo.
# - [ ] Porque `x.T` no tiene memoria propia: `x[1:]` tampoco, y su `view` funciona.
#
# Se contesta en [Cambiar de forma sin mezclar los datos](reshaping.md).

# %% [markdown] lang="en" tags=["quiz"]
# `x.T.view(-1)` fails with an error. Why?
#
# - [x] Because the elements of `x.T` do not lie in memory in that order: `view` never copies; `reshape`
#   does when it must.
# - [ ] Because `-1` cannot be the only axis: it can, and asks for one row with everything.
# - [ ] Because `x.T` has no memory of its own: neither has `x[1:]`, and its `view` works.
#
# Answered in [Reshaping without shuffling the data](reshaping.md).

# %% [markdown] lang="es" tags=["quiz"]
# Las predicciones tienen forma `(N, 1)` y las respuestas `(N,)`. ¿Qué forma tiene su diferencia?
#
# - [x] `(N, N)`: se alinean por la derecha y cada uno estira su eje de tamaño 1.
# - [ ] `(N, 1)`: sería así si las respuestas tuvieran forma `(N, 1)` o `(1,)`.
# - [ ] Ninguna, PyTorch da un error: no da ninguno, y por eso el fallo es temible.
#
# Se contesta en [Broadcasting: la regla y su error silencioso](broadcasting.md).

# %% [markdown] lang="en" tags=["quiz"]
# The predictions have shape `(N, 1)` and the answers `(N,)`. What shape does their difference have?
#
# - [x] `(N, N)`: they align on the right and each stretches its axis of size 1.
# - [ ] `(N, 1)`: it would be if the answers had shape `(N, 1)` or `(1,)`.
# - [ ] None, PyTorch raises an error: it raises none, and that is what makes the fault dangerous.
#
# Answered in [Broadcasting: the rule and its silent mistake](broadcasting.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué hace `loss.backward()` si los parámetros ya tenían un gradiente?
#
# - [ ] Lo reemplaza: reemplazarlo es tarea de `zero_grad()` antes de llamar.
# - [x] Suma el nuevo al que había: así se pueden juntar varios *batches*, y por eso hay que ponerlo en cero
#   entre pasos.
# - [ ] Promedia los dos: no divide por nada.
#
# Se contesta en [Autograd, con motor propio](autograd.md).

# %% [markdown] lang="en" tags=["quiz"]
# What does `loss.backward()` do if the parameters already had a gradient?
#
# - [ ] It replaces it: that is the job of `zero_grad()` before the call.
# - [x] It adds the new one to what was there: so several batches can be joined, and that is why it is set
#   to zero between steps.
# - [ ] It averages the two: it divides by nothing.
#
# Answered in [Autograd, with an engine of our own](autograd.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cómo calcula autograd una derivada?
#
# - [ ] Mueve un poco la entrada y mide el cambio: eso son diferencias finitas, que sirven para comprobarlo.
# - [ ] Busca la fórmula simbólica de toda la función: solo conoce la derivada de cada operación.
# - [x] Aplica la regla de la cadena a las operaciones registradas, de la última a la primera: es exacta
#   salvo por el redondeo.
#
# Se contesta en [Autograd, con motor propio](autograd.md).

# %% [markdown] lang="en" tags=["quiz"]
# How does autograd compute a derivative?
#
# - [ ] It moves the input a little and measures the change: those are finite differences, good for checking
#   it.
# - [ ] It looks for the symbolic formula of the whole function: it only knows the derivative of each
#   operation.
# - [x] It applies the chain rule to the recorded operations, last to first: it is exact except for rounding.
#
# Answered in [Autograd, with an engine of our own](autograd.md).

# %% [markdown] lang="es" tags=["quiz"]
# Fijas la semilla, agregas una línea con `torch.rand(1)` y todo cambia. ¿Por qué?
#
# - [x] Porque la semilla fija una sucesión, y la línea nueva toma su primer número: los sorteos que siguen
#   se corren un lugar.
# - [ ] Porque `torch.rand` vuelve a sembrar: nadie siembra si no se lo piden.
# - [ ] Porque las semillas no sirven en PyTorch: sirven; la misma serie de sorteos da lo mismo.
#
# Se contesta en [Azar y semillas](randomness.md).

# %% [markdown] lang="en" tags=["quiz"]
# You fix the seed, add a line with `torch.rand(1)`, and everything changes. Why?
#
# - [x] Because the seed fixes a sequence, and the new line takes its first number: every draw after it
#   moves by one place.
# - [ ] Because `torch.rand` seeds again: nobody seeds unless asked.
# - [ ] Because seeds are of no use in PyTorch: they are; the same series of draws gives the same.
#
# Answered in [Chance and seeds](randomness.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cómo se escribe código que corre igual en CPU y en GPU?
#
# - [ ] Se escribe `.cuda()` en cada línea: en una máquina sin GPU eso falla.
# - [x] Se elige el dispositivo una vez y cada tensor nuevo nace en el de otro, con `device=x.device`: así
#   ninguna función necesita saber dónde está.
# - [ ] No hace falta nada, PyTorch mueve los tensores solo: si dos tensores están en lugares distintos, da
#   un error.
#
# Se contesta en [Dispositivos: un código, cualquier procesador](devices.md).

# %% [markdown] lang="en" tags=["quiz"]
# How do you write code that runs the same on a CPU and a GPU?
#
# - [ ] Write `.cuda()` on every line: that fails on a machine without a GPU.
# - [x] Choose the device once and create each new tensor on that of another, with `device=x.device`: so no
#   function needs to know where it is.
# - [ ] Nothing is needed, PyTorch moves tensors by itself: with two tensors in different places it raises
#   an error.
#
# Answered in [Devices: one code, any processor](devices.md).

# %% [markdown] lang="es" tags=["quiz"]
# Dos procesos tienen 30 y 10 ejemplos. ¿Cómo se obtiene el gradiente de los 40?
#
# - [x] Con el promedio ponderado por cuántos ejemplos tiene cada uno: es la media de 40, escrita en dos
#   partes.
# - [ ] Con el promedio simple de los dos gradientes medios: daría el mismo peso a 10 ejemplos que a 30.
# - [ ] Con el gradiente del proceso que más tiene: se perderían diez ejemplos.
#
# Se contesta en [Muchos procesos, un solo gradiente](many_processes.md).

# %% [markdown] lang="en" tags=["quiz"]
# Two processes have 30 and 10 examples. How do you get the gradient of all 40?
#
# - [x] As their mean weighted by how many examples each has: it is the mean over 40, written in two parts.
# - [ ] As the plain mean of the two mean gradients: it would give 10 examples the weight of 30.
# - [ ] As the gradient of the process that has more: ten examples would be lost.
#
# Answered in [Many processes, one gradient](many_processes.md).

# %% [markdown] lang="es" tags=["quiz"]
# La pérdida se queda clavada en la varianza de las respuestas y nadie avisa. ¿Qué sospechas primero?
#
# - [ ] Que hay dos dispositivos mezclados: eso también da un error en el acto.
# - [ ] Que falta memoria: eso detiene el programa con un mensaje.
# - [x] Que predicción y respuesta tienen formas distintas y se estiraron una contra otra: entonces lo mejor
#   que puede hacer el modelo es predecir la media.
#
# Se contesta en [Museo de los errores](error_museum.md).

# %% [markdown] lang="en" tags=["quiz"]
# The loss is stuck at the variance of the answers and nothing warns. What do you suspect first?
#
# - [ ] That two devices were mixed: that raises an error at once, too.
# - [ ] That memory ran out: that stops the program with a message.
# - [x] That prediction and answer have different shapes and were stretched against each other: then the
#   best the model can do is predict the mean.
#
# Answered in [The error museum](error_museum.md).

# %% [markdown] lang="es" tags=["quiz"]
# `torch.from_numpy(a)` devuelve un tensor. Cambias un elemento de `a`. ¿Qué ves en el tensor?
#
# - [ ] El valor anterior: así sería con `torch.tensor(a)`, que copia.
# - [x] El cambio: los dos miran la misma memoria.
# - [ ] Un error: la memoria compartida está permitida y es deliberada.
#
# Se contesta en [Bibliotecas de tensores](tensor_libraries.md).

# %% [markdown] lang="en" tags=["quiz"]
# `torch.from_numpy(a)` returns a tensor. You change an element of `a`. What do you see in the tensor?
#
# - [ ] The former value: so it would be with `torch.tensor(a)`, which copies.
# - [x] The change: both look at the same memory.
# - [ ] An error: shared memory is allowed and deliberate.
#
# Answered in [Tensor libraries](tensor_libraries.md).
