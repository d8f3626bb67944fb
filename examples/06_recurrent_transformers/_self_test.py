"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre memoria, gradientes, pronósticos, máscaras y atención. Cuenta tu primera respuesta; el
    puntaje se queda en este navegador.
  en: Questions on memory, gradients, forecasts, masks and attention. Your first answer counts; the score
    stays in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# ¿De qué depende cuántos parámetros tiene `nn.RNN(8, 32)`?
#
# - [ ] Del largo de la secuencia: los mismos pesos se usan en todos los pasos.
# - [x] Del ancho de la entrada y del estado: $32\,(8 + 32 + 2)$, con los dos sesgos que guarda PyTorch.
# - [ ] Del tamaño del *batch*: cada ejemplo pasa por los mismos pesos.
#
# Se contesta en [Una red recurrente a mano](rnn_by_hand.md).

# %% [markdown] lang="en" tags=["quiz"]
# On what does the number of parameters of `nn.RNN(8, 32)` depend?
#
# - [ ] On the length of the sequence: the same weights are used at every step.
# - [x] On the width of the input and of the state: $32\,(8 + 32 + 2)$, with the two biases that PyTorch
#   keeps.
# - [ ] On the size of the batch: every example goes through the same weights.
#
# Answered in [A recurrent network by hand](rnn_by_hand.md).

# %% [markdown] lang="es" tags=["quiz"]
# Le das a `nn.RNN(3, 5)`, sin `batch_first`, un tensor de forma `(batch, tiempo, 3)`. ¿Qué pasa?
#
# - [ ] Un error de formas: cualquier tensor de tres ejes con 3 al final le sirve.
# - [x] Lee los ejemplos como si fueran pasos: cada uno se filtra en los que lo siguen en el *batch*.
# - [ ] PyTorch deduce los ejes: las formas no dicen cuál es el tiempo.
#
# Se contesta en [Una red recurrente a mano](rnn_by_hand.md).

# %% [markdown] lang="en" tags=["quiz"]
# You give `nn.RNN(3, 5)`, without `batch_first`, a tensor of shape `(batch, time, 3)`. What happens?
#
# - [ ] An error of shapes: any tensor of three axes with a 3 at the end will do.
# - [x] It reads the examples as if they were steps: each leaks into those that follow it in the batch.
# - [ ] PyTorch works out the axes: the shapes do not tell which one is time.
#
# Answered in [A recurrent network by hand](rnn_by_hand.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una red recurrente **lineal** tiene una $U$ de radio espectral 0,5. ¿Cuánto queda del gradiente a diez
# pasos, poco más o menos?
#
# - [ ] La veinteava parte: así sería si cada paso restara; cada paso multiplica.
# - [ ] La mitad: esa es la fracción de un solo paso.
# - [x] La milésima parte: $0{,}5^{10}$ es cerca de 0,001.
#
# Se contesta en [Gradientes que se desvanecen](vanishing_gradients.md).

# %% [markdown] lang="en" tags=["quiz"]
# A **linear** recurrent network has a $U$ of spectral radius 0.5. How much of the gradient is left at ten
# steps, more or less?
#
# - [ ] A twentieth: so it would be if each step subtracted; each step multiplies.
# - [ ] One half: that is the fraction of a single step.
# - [x] A thousandth: $0.5^{10}$ is about 0.001.
#
# Answered in [Vanishing gradients](vanishing_gradients.md).

# %% [markdown] lang="es" tags=["quiz"]
# Creas una `nn.LSTM` para recordar algo durante muchos pasos. ¿Qué cambio ayuda **antes** de entrenar?
#
# - [ ] Recortar el gradiente: encoge los grandes y no hace llegar los que se apagan.
# - [x] Iniciar el sesgo de olvido por encima de cero: la compuerta empieza abierta y la celda se conserva.
# - [ ] Nada: recién creada, su compuerta de olvido está a medio abrir y borra la mitad en cada paso.
#
# Se contesta en [Gradientes que se desvanecen](vanishing_gradients.md).

# %% [markdown] lang="en" tags=["quiz"]
# You make an `nn.LSTM` to remember something for many steps. Which change helps **before** training?
#
# - [ ] Clipping the gradient: it shrinks the large ones and does not bring in those that die out.
# - [x] Starting the forget bias above zero: the gate begins open and the cell is kept.
# - [ ] None: freshly made, its forget gate is half open and wipes out half at each step.
#
# Answered in [Vanishing gradients](vanishing_gradients.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tu pronóstico de un paseo al azar tiene la mitad del error de «mañana, lo de hoy» en cientos de días. ¿Qué
# concluyes?
#
# - [ ] Que la red encontró un patrón: en un paseo al azar no hay ninguno que encontrar.
# - [ ] Que tuviste suerte: en cientos de días el azar no llega a la mitad.
# - [x] Que hay una fuga: sin ver el futuro, la regla ingenua no se puede superar en un paseo al azar.
#
# Se contesta en [Pronósticos](forecasting.md).

# %% [markdown] lang="en" tags=["quiz"]
# Your forecast of a random walk has half the error of “tomorrow, the same as today” over hundreds of days.
# What do you conclude?
#
# - [ ] That the network found a pattern: in a random walk there is none to be found.
# - [ ] That you were lucky: over hundreds of days chance does not get as far as one half.
# - [x] That there is a leak: without seeing the future, the naive rule cannot be beaten on a random walk.
#
# Answered in [Forecasting](forecasting.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cómo se lee un MASE de 0,8 con la regla semanal?
#
# - [x] Yerra menos que «lo de hace una semana» en el entrenamiento: es el cociente de los dos errores.
# - [ ] Acierta ocho días de cada diez: es un cociente de errores, no una proporción de aciertos.
# - [ ] Es mejor que cualquier regla sencilla: otra, como una regresión, puede tener un MASE menor.
#
# Se contesta en [Pronósticos](forecasting.md).

# %% [markdown] lang="en" tags=["quiz"]
# How is a MASE of 0.8 with the weekly rule to be read?
#
# - [x] It errs less than “the same as a week before” did in training: it is the ratio of the two errors.
# - [ ] It is right on eight days out of ten: it is a ratio of errors, not a share of right answers.
# - [ ] It is better than any plain rule: another one, such as a regression, may have a lower MASE.
#
# Answered in [Forecasting](forecasting.md).

# %% [markdown] lang="es" tags=["quiz"]
# En un *batch* rellenado con `PAD = 0`, `cross_entropy(logits, targets)` no recibe `ignore_index`. ¿Qué pasa?
#
# - [ ] Ignora los ceros: el valor que ignora si no se dice nada es −100.
# - [ ] Da un error: el 0 es una clase como las demás.
# - [x] El relleno entra en la media: la pérdida pasa a depender de cuánto se rellenó.
#
# Se contesta en [Máscaras y empaquetado](masking_and_packing.md).

# %% [markdown] lang="en" tags=["quiz"]
# In a batch padded with `PAD = 0`, `cross_entropy(logits, targets)` is given no `ignore_index`. What happens?
#
# - [ ] It ignores the zeros: the value it ignores when nothing is said is −100.
# - [ ] It raises an error: 0 is a class like any other.
# - [x] The padding enters the mean: the loss comes to depend on how much was padded.
#
# Answered in [Masks and packing](masking_and_packing.md).

# %% [markdown] lang="es" tags=["quiz"]
# Quieres que la palabra 3 no sea vista por nadie. ¿Qué vale su lugar en la máscara?
#
# - [ ] `True` siempre: en `scaled_dot_product_attention`, `True` significa que participa.
# - [x] `True` en `key_padding_mask`, `False` en `scaled_dot_product_attention`: los convenios son opuestos.
# - [ ] Cero en el vector de la palabra: un vector de ceros también recibe peso de *softmax*.
#
# Se contesta en [Máscaras y empaquetado](masking_and_packing.md).

# %% [markdown] lang="en" tags=["quiz"]
# You want word 3 to be seen by nobody. What is its place in the mask?
#
# - [ ] `True` always: in `scaled_dot_product_attention`, `True` means that it takes part.
# - [x] `True` in `key_padding_mask`, `False` in `scaled_dot_product_attention`: the conventions are opposite.
# - [ ] Zero in the vector of the word: a vector of zeros receives weight from softmax as well.
#
# Answered in [Masks and packing](masking_and_packing.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una red y un conteo de trigramas aciertan el idioma de casi los mismos textos, y el intervalo de su
# diferencia contiene el 0. ¿Qué informas?
#
# - [ ] Que la red gana si acierta uno más: esa diferencia cabe en el azar del examen.
# - [x] Que no se distinguen en este examen: un intervalo que contiene el 0 no permite decir quién gana.
# - [ ] Que son iguales: no ver una diferencia no prueba que no la haya.
#
# Se contesta en [¿Español o inglés?](language_identification.md).

# %% [markdown] lang="en" tags=["quiz"]
# A network and a count of trigrams tell the language of nearly the same texts, and the interval of their
# difference contains 0. What do you report?
#
# - [ ] That the network wins if it gets one more right: that difference fits into the luck of the exam.
# - [x] That they cannot be told apart on this exam: an interval with 0 in it does not say who wins.
# - [ ] That they are equal: not to see a difference does not prove that there is none.
#
# Answered in [Spanish or English?](language_identification.md).

# %% [markdown] lang="es" tags=["quiz"]
# Al entrenar un modelo de letras por tramos, ¿qué corta `state.detach()`?
#
# - [x] El gradiente hacia el tramo anterior: los valores del estado siguen.
# - [ ] La memoria: el estado conserva sus números.
# - [ ] Los dos: para eso habría que volver a empezar con un estado de ceros.
#
# Se contesta en [Un modelo de letras que escribe en español](character_model.md).

# %% [markdown] lang="en" tags=["quiz"]
# When a model of letters is trained by stretches, what does `state.detach()` cut?
#
# - [x] The gradient towards the former stretch: the values of the state go on.
# - [ ] The memory: the state keeps its numbers.
# - [ ] Both: for that one would have to start again from a state of zeros.
#
# Answered in [A model of letters that writes Spanish](character_model.md).

# %% [markdown] lang="es" tags=["quiz"]
# Un codificador entrega su último estado a un decodificador, sin atención. ¿Qué se resiente cuando las
# secuencias se alargan?
#
# - [ ] La cantidad de pesos, que crece con el largo: los pesos se repiten en cada paso y no crecen.
# - [x] Lo que cabe en un solo vector: con atención, cada paso del decodificador mira todos los estados.
# - [ ] Nada: un estado puede tener muchas unidades, pero su tamaño no crece con la secuencia.
#
# Se contesta en [Números en palabras, con atención](seq2seq_attention.md).

# %% [markdown] lang="en" tags=["quiz"]
# An encoder hands its last state to a decoder, without attention. What suffers when sequences get longer?
#
# - [ ] The number of weights, which grows with length: weights are repeated at each step and do not grow.
# - [x] What fits into one vector: with attention, each step of the decoder looks at all states.
# - [ ] Nothing: a state may have many units, but its size does not grow with the sequence.
#
# Answered in [Numbers in words, with attention](seq2seq_attention.md).

# %% [markdown] lang="es" tags=["quiz"]
# En `nn.MultiheadAttention(32, num_heads)`, ¿qué cambia entre 1 y 4 cabezas?
#
# - [ ] La cantidad de pesos, que se cuadruplica: las cabezas se reparten las mismas 32 columnas.
# - [x] Cuántas tablas de atención hay: las matrices, y sus parámetros, son del mismo tamaño.
# - [ ] Nada: con 4 cabezas, cada palabra puede mirar a cuatro lugares con pesos distintos.
#
# Se contesta en [Un transformer a mano](transformer_by_hand.md).

# %% [markdown] lang="en" tags=["quiz"]
# In `nn.MultiheadAttention(32, num_heads)`, what changes between 1 and 4 heads?
#
# - [ ] The number of weights, which is four times as large: the heads share out the same 32 columns.
# - [x] How many tables of attention there are: the matrices, and their parameters, are of one size.
# - [ ] Nothing: with 4 heads each word may look in four places with different weights.
#
# Answered in [A transformer by hand](transformer_by_hand.md).
